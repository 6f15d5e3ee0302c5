namespace MapReduce.Node;

/// <summary>Folders that nobody but their owner can look into: there is in them what jobs were told, read and said.</summary>
public static class PrivateFolder
{
    /// <summary>Makes a folder, with those above it that are missing. One that is there stays as it is.</summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
