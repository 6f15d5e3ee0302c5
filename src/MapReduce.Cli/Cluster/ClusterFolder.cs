using MapReduce.Node.Security;

namespace MapReduce.Cli.Cluster;

/// <summary>The folder of a cluster on this machine, which is its owner's alone.</summary>
internal static class ClusterFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it. One that an older program has made, or that is empty, is closed to others; one with something else in it stays as it is, because others may need that.</summary>
    public static void Make(string folder)
    {
        PrivateFiles.MakeFolder(folder);
        if (OperatingSystem.IsWindows()) return;
        var mode = File.GetUnixFileMode(folder);
        if ((mode & ~Owner) == 0 || !IsOfCluster(folder)) return;
        try
        {
            File.SetUnixFileMode(folder, mode & Owner);
        }
        catch (UnauthorizedAccessException)
        {
            // It is another's.
        }
    }

    private static bool IsOfCluster(string folder) => File.Exists(ClusterState.TokenFile(folder)) || !Directory.EnumerateFileSystemEntries(folder).Any();
}
