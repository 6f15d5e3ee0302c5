namespace MapReduce.Worker.Executors;

/// <summary>The logs of attempts that a node has.</summary>
/// <param name="folders">Where they are.</param>
public sealed class LogStore(NodeFolders folders)
{
    /// <summary>The jobs of which the node has logs.</summary>
    public IReadOnlyList<string> Jobs() => [.. Folders().Select(folder => folder.Name)];

    /// <summary>Removes the logs of a job.</summary>
    public void Forget(string job) => Removal.TryFolder(folders.LogsOf(job));

    /// <summary>Removes the logs of ended jobs that are too old, and of the rest the oldest until there are few enough.</summary>
    /// <param name="mostBytes">How many bytes may stay.</param>
    /// <param name="writtenSince">What was not written to since then goes.</param>
    /// <param name="running">The jobs that run: theirs stay, and count.</param>
    public void Trim(long mostBytes, DateTime writtenSince, IReadOnlySet<string> running)
    {
        var total = 0L;
        var ended = new List<FileInfo>();
        foreach (var folder in Folders())
        {
            var files = folder.GetFiles();
            if (running.Contains(folder.Name)) total += files.Sum(file => file.Length);
            else ended.AddRange(files);
        }
        foreach (var file in ended.OrderByDescending(file => file.LastWriteTimeUtc))
        {
            total += file.Length;
            if (total > mostBytes || file.LastWriteTimeUtc < writtenSince) Removal.Try(file.Delete);
        }
        foreach (var folder in Folders().Where(folder => !running.Contains(folder.Name) && !folder.EnumerateFileSystemInfos().Any())) Removal.Try(folder.Delete);
    }

    private IEnumerable<DirectoryInfo> Folders() => Directory.Exists(folders.Logs) ? new DirectoryInfo(folders.Logs).GetDirectories().Where(folder => NodeFolders.IsName(folder.Name)) : [];
}
