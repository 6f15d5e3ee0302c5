namespace MapReduce.Storage;

/// <summary>Lists folders, leaving out what is hidden.</summary>
internal static class FolderWalk
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Whether a name is for people and jobs; those that begin with '_' or '.' are for programs.</summary>
    public static bool IsVisible(string path) => Path.GetFileName(path.AsSpan()) is { Length: > 0 } name && name[0] is not ('_' or '.');

    /// <summary>The visible files below a folder, in no order.</summary>
    public static IEnumerable<string> FilesBelow(string folder)
    {
        foreach (var file in Files(folder))
            if (IsVisible(file)) yield return file;
        foreach (var child in Folders(folder))
            if (IsVisible(child))
                foreach (var file in FilesBelow(child)) yield return file;
    }

    /// <summary>The files of a folder.</summary>
    public static IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", Everything) : [];

    /// <summary>The folders of a folder, and links to others, but for those that lead back up.</summary>
    public static IEnumerable<string> Folders(string folder)
        => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*", Everything).Where(child => !LeadsBack(child)) : [];

    private static bool LeadsBack(string child)
    {
        if (new DirectoryInfo(child) is not { LinkTarget: not null } link || link.ResolveLinkTarget(returnFinalTarget: true) is not { } end) return false;
        var real = LocalPath.FollowLinks(end.FullName);
        // The way here may have led through other links, so every folder on it is followed by itself.
        for (var above = Path.GetDirectoryName(child); above is not null; above = Path.GetDirectoryName(above))
            if (LocalPath.IsInside(LocalPath.FollowLinks(above), real)) return true;
        return false;
    }
}
