using System.Text.Json.Nodes;
using CommandLine;
using MapReduce.Node.Configuration;

namespace MapReduce.Cli.Configuration;

/// <summary>Where the settings of a node come from.</summary>
internal class SettingsOptions
{
    [Option("config", HelpText = "A HOCON file over hocon/reference.conf. May be given several times; the last wins.")]
    public IEnumerable<string> Files { get; set; } = [];

    [Option("local", HelpText = "Begin with the overlay for nodes on one machine, as mr cluster up does.")]
    public bool Local { get; set; }

    [Option("set", HelpText = "A setting of hocon/reference.conf, such as job.attempts=2. May be given several times.")]
    public IEnumerable<string> Settings { get; set; } = [];

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}

/// <summary>The options of <c>mr config</c>.</summary>
internal sealed class ConfigOptions : SettingsOptions
{
    [Value(0, MetaName = "PREFIX", HelpText = "Show only settings whose names begin so, such as worker or mapreduce.job.")]
    public string? Prefix { get; set; }

    [Option("changed", HelpText = "Show only what differs from hocon/reference.conf.")]
    public bool Changed { get; set; }
}

/// <summary><c>mr config</c>: the settings that a node would start with, where each comes from, and whether it would start.</summary>
internal static class ConfigVerb
{
    public static ExitCode Run(ConfigOptions options)
    {
        var layers = NodeConfiguration.Layers(options.Files, options.Settings, options.Local);
        var settings = EffectiveSetting.Of(layers).Where(setting => IsWanted(setting, options)).ToList();
        var problem = ProblemOf(layers);
        if (options.Json) Output.Json(Describe(settings, problem));
        else Show(settings);
        if (problem is null)
        {
            if (!options.Json) Console.WriteLine("A node starts with this.");
            return ExitCode.Success;
        }
        if (!options.Json) Console.Error.WriteLine($"A node does not start with this. {problem}");
        return ExitCode.Cluster;
    }

    private static bool IsWanted(EffectiveSetting setting, ConfigOptions options)
        => (!options.Changed || !setting.IsDefault)
            && (options.Prefix is not { } prefix || setting.Key.StartsWith(prefix, StringComparison.Ordinal) || setting.Key.StartsWith($"mapreduce.{prefix}", StringComparison.Ordinal));

    /// <summary>What <c>mr node start</c> would refuse; null where it would start.</summary>
    private static string? ProblemOf(IReadOnlyList<ConfigurationLayer> layers)
    {
        try
        {
            NodeSettings.Read(NodeConfiguration.Merge(layers));
            return null;
        }
        catch (ConfigurationException exception)
        {
            return exception.Message;
        }
    }

    private static void Show(List<EffectiveSetting> settings)
    {
        if (settings.Count == 0) return;
        var key = settings.Max(setting => setting.Key.Length);
        var value = Math.Min(40, settings.Max(setting => setting.Value.Length));
        foreach (var setting in settings) Console.WriteLine($"{setting.Key.PadRight(key)}  {(setting.Value.Length == 0 ? "\"\"" : setting.Value).PadRight(value)}  {setting.Source}");
    }

    private static JsonObject Describe(List<EffectiveSetting> settings, string? problem) => new()
    {
        ["settings"] = new JsonArray([.. settings.Select(setting => new JsonObject { ["key"] = setting.Key, ["value"] = setting.Value, ["source"] = setting.Source })]),
        ["starts"] = problem is null,
        ["problem"] = problem,
    };
}
