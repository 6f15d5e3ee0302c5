namespace MapReduce.Storage;

/// <summary>Finds symbolic links, which lead out of the folder that they are in.</summary>
internal static class Links
{
    /// <summary>The highest link on the way from a folder down to a path, the path itself included; null where there is none. The folder may be one.</summary>
    public static string? Between(string folder, string path)
    {
        string? link = null;
        for (; path.Length > folder.Length; path = Path.GetDirectoryName(path)!)
            if (new FileInfo(path).LinkTarget is not null) link = path;
        return link;
    }
}
