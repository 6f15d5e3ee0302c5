namespace MapReduce.Storage;

/// <summary>Expands globs part by part, so that only folders that can match are listed.</summary>
/// <remarks><c>*</c> and <c>?</c> match within a name, <c>**</c> any number of folders. A match that is a folder stands for the files below it.</remarks>
internal static class Glob
{
    private const string AnyFolders = "**";

    public static bool IsGlob(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>The files that match a full path with wildcards, in no order and perhaps more than once.</summary>
    public static IEnumerable<string> Expand(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        return Expand(root, Parts(pattern));
    }

    /// <summary>Whether files in a folder could match a pattern, or the folder contains what the pattern lists.</summary>
    public static bool Reaches(string pattern, string folder)
        => Path.GetPathRoot(pattern) == Path.GetPathRoot(folder) && Reaches(Parts(pattern), Parts(folder));

    private static string[] Parts(string path) => path[Path.GetPathRoot(path)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    private static bool Reaches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> folder)
    {
        // Either the pattern ends at a folder above, which it then lists, or it goes on below.
        if (pattern.IsEmpty || folder.IsEmpty) return true;
        if (pattern[0] == AnyFolders) return Reaches(pattern[1..], folder) || IsReachable(folder[0]) && Reaches(pattern, folder[1..]);
        return MatchesName(pattern[0], folder[0]) && Reaches(pattern[1..], folder[1..]);
    }

    private static bool IsReachable(string name) => FolderWalk.IsVisible(name);

    private static IEnumerable<string> Expand(string folder, ReadOnlyMemory<string> parts)
    {
        if (parts.IsEmpty) return FolderWalk.FilesBelow(folder);
        var part = parts.Span[0];
        var rest = parts[1..];
        if (part == AnyFolders)
            return rest.IsEmpty ? FolderWalk.FilesBelow(folder) : Expand(folder, rest).Concat(FolderWalk.Folders(folder).Where(FolderWalk.IsVisible).SelectMany(child => Expand(child, parts)));
        // No need to list a folder for a name without wildcards; it may not even be allowed.
        if (!IsGlob(part)) return Named(Path.Combine(folder, part), rest);
        var matches = FolderWalk.Folders(folder).Where(child => Matches(part, child)).SelectMany(child => Expand(child, rest));
        return rest.IsEmpty ? matches.Concat(FolderWalk.Files(folder).Where(file => Matches(part, file))) : matches;
    }

    private static IEnumerable<string> Named(string path, ReadOnlyMemory<string> rest)
    {
        if (Directory.Exists(path)) return Expand(path, rest);
        return rest.IsEmpty && File.Exists(path) ? [path] : [];
    }

    private static bool Matches(string part, string path) => MatchesName(part, Path.GetFileName(path));

    /// <summary>A wildcard at the start does not reach for hidden names; a pattern that spells out how they begin does.</summary>
    private static bool MatchesName(string part, string name) => (FolderWalk.IsVisible(name) || part[0] is not ('*' or '?')) && WildcardName.Matches(part, name);
}
