using System.Globalization;
using System.Text.Json.Nodes;
using MapReduce.Node.Configuration;

namespace MapReduce.Cli.Configuration;

/// <summary><c>mr config check</c>: what a configuration leaves open, in words. It ends with <see cref="ExitCode.Failed"/> where that is anything, so that scripts can insist on nothing.</summary>
internal static class ConfigCheckVerb
{
    /// <exception cref="ConfigurationException">No node starts with the configuration.</exception>
    public static ExitCode Run(SettingsOptions options)
    {
        var layers = NodeConfiguration.Layers(options.Files, options.Settings, options.Local);
        var settings = NodeSettings.Read(NodeConfiguration.Merge(layers), takesPorts: false);
        var open = Exposure.Of(settings, layers, TimeProvider.System.GetUtcNow());
        if (options.Json) Output.Json(new JsonObject { ["open"] = new JsonArray([.. open.Select(exposure => new JsonObject { ["key"] = exposure.Key, ["says"] = exposure.Says })]) });
        else Show(open);
        return open.Count == 0 ? ExitCode.Success : ExitCode.Failed;
    }

    private static void Show(IReadOnlyList<Exposure> open)
    {
        foreach (var exposure in open) Printable.WriteLine($"{exposure.Key}: {exposure.Says}");
        Console.WriteLine(open.Count == 0 ? "No setting leaves anything open." : string.Create(CultureInfo.InvariantCulture, $"{open.Count} left open. SECURITY.md says to whom."));
    }
}
