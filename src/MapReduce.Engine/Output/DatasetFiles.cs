using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Output;

/// <summary>The names of files between stages, <c>dataset-STAGE-CHANNEL-SHARE-ATTEMPT</c>: the same share of a dataset may be made by one attempt after another.</summary>
public static class DatasetFiles
{
    private const string Prefix = "dataset";
    private const int PartsOfShare = 4;

    /// <summary>The name of an attempt's file.</summary>
    internal static string Name(int stage, int channel, int part, string attempt) => $"{Prefix}-{stage}-{channel}-{part:D5}-{attempt}";

    /// <summary>The attempt that made a file; null where it is no file of a dataset.</summary>
    public static string? MakerOf(string path) => Split(path) is { } parts ? parts[PartsOfShare] : null;

    /// <summary>The share that a file holds, whichever attempt made it; null where it is no file of a dataset.</summary>
    internal static string? ShareOf(string path) => Split(path) is { } parts ? string.Join('-', parts[..PartsOfShare]) : null;

    /// <summary>Reads a file, and checks all that it reads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The job's key; null where its files are not encrypted.</param>
    /// <exception cref="EngineException">It is not there, not complete, or damaged.</exception>
    public static void Check(string path, DataKey? key = null)
    {
        using var source = new BlockSource(key);
        foreach (var block in source.Open(path).ReadIndex(out _)) source.Check(path, block);
    }

    private static string[]? Split(string path)
        => Path.GetFileName(path).Split('-', PartsOfShare + 1) is { Length: PartsOfShare + 1 } parts && parts[0] == Prefix ? parts : null;
}
