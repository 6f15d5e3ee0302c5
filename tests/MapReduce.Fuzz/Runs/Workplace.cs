using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Inputs;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Local;

namespace MapReduce.Fuzz.Runs;

/// <summary>A folder for one run, with its inputs; deleted with it.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-fuzz-").FullName;

    public Workplace(Case of)
    {
        Inputs = InputFiles.Write(of, folder);
        var hasStore = of.Channels.Any(channel => channel.Outputs.Any(output => output.Format == RowFormat.Store));
        var scope = new SettingsScope(folder, Inputs.Bytes, hasStore);
        Store = Directory.CreateDirectory(scope.Store).FullName;
        Output = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "results")).FullName, "out");
        Settings = SettingsTable.Of(of.Settings, scope);
        if (of.SideText is not null) File.WriteAllText(SideFile, $"{of.SideText}\nanother line\n");
        Job = of.Job(SideFile);
    }

    public InputFiles Inputs { get; }

    public LocalSettings Settings { get; }

    public JobPlan Job { get; }

    public string Output { get; }

    /// <summary>The folder of the store.</summary>
    public string Store { get; }

    public string SideFile => Path.Combine(folder, "side.txt");

    /// <summary>What is there that no ended run leaves.</summary>
    /// <param name="succeeded">Whether the run succeeded.</param>
    public List<string> Left(bool succeeded)
    {
        var left = Directory.GetFileSystemEntries(Path.GetDirectoryName(Output)!).Where(path => !succeeded || path != Output).ToList();
        foreach (var spill in Settings.SpillFolders.Where(Directory.Exists)) left.AddRange(Directory.GetFileSystemEntries(spill).Where(entry => !Settings.SpillFolders.Contains(entry)));
        left.AddRange(Directory.GetFiles(Store).Where(path => !succeeded || path.EndsWith(FuzzJobs.Stores.FolderStore.Prepared, StringComparison.Ordinal)));
        return left;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
