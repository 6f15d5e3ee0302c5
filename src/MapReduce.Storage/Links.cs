namespace MapReduce.Storage;

/// <summary>Symbolic links, which lead out of the folder that they are in, and second names of files.</summary>
public static class Links
{
    /// <summary>Gives a file a second name, where system and file system let it have one.</summary>
    /// <returns>Whether it has it now, or had it before.</returns>
    public static bool TryName(string file, string path) => !OperatingSystem.IsWindows() && (UnixCalls.Link(file, path) == 0 || File.Exists(path));

    /// <summary>The highest link on the way from a folder down to a path, the path itself included; null where there is none. The folder may be one.</summary>
    internal static string? Between(string folder, string path)
    {
        string? link = null;
        for (; path.Length > folder.Length; path = Path.GetDirectoryName(path)!)
            if (new FileInfo(path).LinkTarget is not null) link = path;
        return link;
    }
}
