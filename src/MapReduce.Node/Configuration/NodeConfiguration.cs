using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>Reads HOCON: <c>reference.conf</c>, the overlays over it, and a few values over those.</summary>
public static class NodeConfiguration
{
    private const string Root = "mapreduce";

    // Whoever configures the node names these keys.
    private const string Connections = "mapreduce.connections.";

    /// <summary>The overlay for nodes on one machine.</summary>
    public static Config Local => Embedded("local.conf");

    private static Config Reference => Embedded("reference.conf");

    /// <summary>Reads overlays from files, the last of which wins.</summary>
    /// <exception cref="ConfigurationException">A file is missing or no HOCON, or has a key of ours that there is none of.</exception>
    public static Config Load(IEnumerable<string> files) => Merge(Layers(files, [], isLocal: false));

    /// <summary>The parts of a configuration, the last of which wins: <c>reference.conf</c>, the overlay for one machine, files, and single settings.</summary>
    /// <param name="files">Overlays.</param>
    /// <param name="settings">Single settings, as <c>job.attempts=2</c> or <c>akka.loglevel=DEBUG</c>.</param>
    /// <param name="isLocal">Whether the overlay for nodes on one machine is one of the parts.</param>
    /// <exception cref="ConfigurationException">A file is missing or no HOCON, or there is a key of ours that there is none of.</exception>
    public static IReadOnlyList<ConfigurationLayer> Layers(IEnumerable<string> files, IEnumerable<string> settings, bool isLocal)
    {
        var layers = new List<ConfigurationLayer> { new("reference.conf", Reference) };
        if (isLocal) layers.Add(new("local.conf", Local));
        foreach (var file in files)
        {
            if (!File.Exists(file)) throw new ConfigurationException($"There is no configuration file '{file}'. Name one with --config, such as hocon/local.conf.");
            layers.Add(new(file, Parse(File.ReadAllText(file), file)));
        }
        var single = settings.Select(Full).ToList();
        if (single.Count > 0) layers.Add(new("--set", Parse(string.Join('\n', single), "--set")));
        foreach (var layer in layers) Check(layer.Config, layer.Source);
        return layers;
    }

    /// <summary>A single setting with its full name.</summary>
    /// <param name="setting">As <c>job.attempts=2</c>, <c>mapreduce.job.attempts=2</c> or <c>akka.loglevel=DEBUG</c>.</param>
    public static string Full(string setting) => setting.StartsWith("akka.", StringComparison.Ordinal) || setting.StartsWith($"{Root}.", StringComparison.Ordinal) ? setting : $"{Root}.{setting}";

    /// <summary>Puts parts over each other, the last of which wins.</summary>
    public static Config Merge(IReadOnlyList<ConfigurationLayer> layers) => layers.Skip(1).Aggregate(layers[0].Config, (below, layer) => layer.Config.WithFallback(below));

    /// <summary>The full names of all keys of ours and of Akka.NET that have a value.</summary>
    internal static IEnumerable<string> AllKeys(Config config) => Keys(config).Concat(Keys(config, "akka"));

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
        foreach (var key in Keys(overlay).Where(key => !known.Contains(key) && !key.StartsWith(Connections, StringComparison.Ordinal)))
        {
            var name = key[(key.LastIndexOf('.') + 1)..];
            var near = known.Where(other => other.EndsWith($".{name}", StringComparison.Ordinal) || key.StartsWith(other[..Math.Max(1, other.LastIndexOf('.'))], StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(12).ToList();
            throw new ConfigurationException($"'{source}' sets {key}, and there is no such setting.{(near.Count > 0 ? $" Perhaps one of: {string.Join(", ", near)}." : "")} All are in hocon/reference.conf.");
        }
    }

    /// <summary>The full names of all our keys that have a value.</summary>
    private static IEnumerable<string> Keys(Config config, string name = Root)
    {
        if (config.IsEmpty || !config.HasPath(name)) return [];
        var root = config.GetValue(name);
        if (!root.IsObject()) return [name];
        return Keys(root.GetObject(), name);
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
