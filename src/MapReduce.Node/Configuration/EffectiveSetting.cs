using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>A part of a configuration, and where it comes from.</summary>
/// <param name="Source">What people call it: a file, or an option.</param>
/// <param name="Config">The part.</param>
public sealed record ConfigurationLayer(string Source, Config Config);

/// <summary>A setting as a node takes it.</summary>
/// <param name="Key">Its full name.</param>
/// <param name="Value">Its value as text; secrets are masked.</param>
/// <param name="Source">Where the value comes from.</param>
/// <param name="IsDefault">Whether that is <c>reference.conf</c>.</param>
public sealed record EffectiveSetting(string Key, string Value, string Source, bool IsDefault)
{
    private const string Mask = "••••••";
    private static readonly string[] SecretParts = ["password", "pwd", "secret", "passphrase"];

    /// <summary>Whether it is a secret, or has one.</summary>
    internal bool IsMasked => Value.Contains(Mask, StringComparison.Ordinal);

    /// <summary>The settings that some layers give together, in the order of their keys.</summary>
    /// <param name="layers">The layers, the last of which wins; the first is <c>reference.conf</c>.</param>
    public static IReadOnlyList<EffectiveSetting> Of(IReadOnlyList<ConfigurationLayer> layers)
    {
        var settings = new SortedDictionary<string, EffectiveSetting>(StringComparer.Ordinal);
        for (var i = 0; i < layers.Count; i++)
            foreach (var key in NodeConfiguration.AllKeys(layers[i].Config))
                settings[key] = new EffectiveSetting(key, Show(key, layers[i].Config), layers[i].Source, i == 0);
        return [.. settings.Values];
    }

    private static string Show(string key, Config config)
    {
        var value = config.GetValue(key);
        var text = value.IsArray() ? $"[{string.Join(", ", config.GetStringList(key))}]" : config.GetString(key) ?? "";
        if (IsSecret(key[(key.LastIndexOf('.') + 1)..])) return text.Length > 0 ? Mask : "";
        return text.Contains('=', StringComparison.Ordinal) ? string.Join(';', text.Split(';').Select(MaskPart)) : text;
    }

    /// <summary>Masks the value of a part of a connection string that is secret.</summary>
    private static string MaskPart(string part) => part.Split('=') is [var name, _, ..] && IsSecret(name.Trim()) ? $"{name}={Mask}" : part;

    private static bool IsSecret(string name) => SecretParts.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase));
}
