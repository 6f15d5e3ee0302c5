using MapReduce.Sdk;

namespace MapReduce.Engine.Plan;

/// <summary>A stage in words, for people who look at the plan of a job.</summary>
/// <param name="DependsOn">The earlier stages whose results it reads.</param>
/// <param name="Reads">What its map tasks read.</param>
/// <param name="Steps">What follows each shuffle.</param>
/// <param name="Writes">The names of its outputs; the empty name is a job's only one.</param>
public sealed record StageOutline(IReadOnlyList<int> DependsOn, IReadOnlyList<string> Reads, IReadOnlyList<string> Steps, IReadOnlyList<string> Writes)
{
    private const int LongestText = 120;
    private const int MostTexts = 8;

    internal static StageOutline Of(StageNode stage) => new(
        stage.DependsOn,
        Few(stage.Sources.Select(Read)),
        Few(stage.Channels.Select(channel => channel.Reduce is null ? "write" : Step(channel.Reduce.GetType()))),
        Few(stage.Channels.SelectMany(channel => channel.Result!.Outputs).Select(output => output.Target.FileName ?? output.Target.Name)));

    private static string Read(SourceNode source) => source.Upstream is { } channel ? $"stage {channel.Stage + 1}" : source.Patterns.Count > 0 ? string.Join(", ", source.Patterns) : "generated records";

    private static string Step(Type node) => Open(node) switch
    {
        var type when type == typeof(LongFoldNode<>) || type == typeof(FoldNode<,,,>) => "aggregate",
        var type when type == typeof(DistinctNode<,>) => "distinct values",
        var type when type == typeof(SortNode<,>) => "sort",
        _ => "reduce",
    };

    private static Type Open(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static IReadOnlyList<string> Few(IEnumerable<string> texts) => [.. texts.Take(MostTexts).Select(text => text.Length <= LongestText ? text : $"{text[..LongestText]}…")];
}
