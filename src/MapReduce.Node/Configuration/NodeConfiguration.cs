using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>Reads HOCON: <c>reference.conf</c>, the overlays over it, and a few values over those.</summary>
public static class NodeConfiguration
{
    private const string Root = "mapreduce";

    /// <summary>The overlay for nodes on one machine.</summary>
    public static Config Local => Embedded("local.conf");

    private static Config Reference => Embedded("reference.conf");

    /// <summary>Reads overlays from files, the last of which wins.</summary>
    /// <exception cref="ConfigurationException">A file is missing or no HOCON, or has a key of ours that there is none of.</exception>
    public static Config Load(IEnumerable<string> files)
    {
        var config = Reference;
        foreach (var file in files)
        {
            if (!File.Exists(file)) throw new ConfigurationException($"There is no configuration file '{file}'. Name one with --config, such as hocon/local.conf.");
            config = Over(config, Parse(File.ReadAllText(file), file), file);
        }
        return config;
    }

    /// <summary>Puts an overlay over a configuration.</summary>
    /// <exception cref="ConfigurationException">The overlay has a key of ours that there is none of.</exception>
    public static Config Over(Config config, Config overlay, string source)
    {
        Check(overlay, source);
        return overlay.WithFallback(config);
    }

    /// <summary>Parses HOCON.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static Config Parse(string text, string source)
    {
        try
        {
            return ConfigurationFactory.ParseString(text);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new ConfigurationException($"'{source}' is no HOCON: {exception.Message} A common slip is a comma after a closing brace.", exception);
        }
    }

    private static void Check(Config overlay, string source)
    {
        var known = Keys(Reference).ToHashSet(StringComparer.Ordinal);
        foreach (var key in Keys(overlay).Where(key => !known.Contains(key)))
        {
            var name = key[(key.LastIndexOf('.') + 1)..];
            var near = known.Where(other => other.EndsWith($".{name}", StringComparison.Ordinal) || key.StartsWith(other[..Math.Max(1, other.LastIndexOf('.'))], StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(12).ToList();
            throw new ConfigurationException($"'{source}' sets {key}, and there is no such setting.{(near.Count > 0 ? $" Perhaps one of: {string.Join(", ", near)}." : "")} All are in hocon/reference.conf.");
        }
    }

    /// <summary>The full names of all our keys that have a value.</summary>
    private static IEnumerable<string> Keys(Config config)
    {
        if (config.IsEmpty || !config.HasPath(Root)) return [];
        var root = config.GetValue(Root);
        if (!root.IsObject()) return [Root];
        return Keys(root.GetObject(), Root);
    }

    private static IEnumerable<string> Keys(Akka.Configuration.Hocon.HoconObject node, string path)
    {
        foreach (var (name, value) in node.Items)
        {
            var full = $"{path}.{name}";
            if (value.IsObject() && !value.IsString() && !value.IsArray())
                foreach (var key in Keys(value.GetObject(), full)) yield return key;
            else yield return full;
        }
    }

    private static Config Embedded(string name)
    {
        using var stream = typeof(NodeConfiguration).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
