namespace MapReduce.Engine.Tasks;

/// <summary>Where one task attempt puts its files. Names carry the attempt, so that attempts never share a file.</summary>
/// <param name="Staging">The folder for output parts, on the output's storage.</param>
/// <param name="Shared">The folder for datasets between stages, readable by all tasks of the job.</param>
/// <param name="MapOutputs">The folder for map outputs, which are fetched from here.</param>
/// <param name="Scratch">The folder for the attempt's own temporary files.</param>
/// <param name="Prefix">What distinguishes the attempt, such as <c>s0-m00012-a0</c>.</param>
public sealed record TaskFolders(string Staging, string Shared, string MapOutputs, string Scratch, string Prefix)
{
    private int parts;

    /// <summary>The private path of the attempt's next output part.</summary>
    internal string NextPart()
    {
        Make(Staging);
        return Path.Combine(Staging, $"{Prefix}-{parts++:D3}");
    }

    /// <summary>The path of the attempt's share of a dataset.</summary>
    internal string Dataset(int stage, int channel, int part)
    {
        Make(Shared);
        return Path.Combine(Shared, Output.DatasetFiles.Name(stage, channel, part, Prefix));
    }

    /// <summary>The path of the attempt's map output.</summary>
    internal string MapOutput()
    {
        Directory.CreateDirectory(MapOutputs);
        return Path.Combine(MapOutputs, $"map-{Prefix}");
    }

    /// <summary>Makes a folder in what the job has. Where that is gone the job is over, and nobody would remove what a late attempt made anew.</summary>
    private static void Make(string folder)
    {
        if (Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(parent)) throw new DirectoryNotFoundException($"'{parent}' is gone: the job has ended, or somebody has removed its folders while it ran. Run the job again, and leave its folders alone.");
        Directory.CreateDirectory(folder);
    }
}
