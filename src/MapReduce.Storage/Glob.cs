using System.IO.Enumeration;

namespace MapReduce.Storage;

/// <summary>Expands globs part by part, so that only folders that can match are listed.</summary>
internal static class Glob
{
    public static bool IsGlob(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>The folders of a path before its first wildcard; the whole path where there is none.</summary>
    public static string FixedPart(string path)
    {
        var wildcard = path.AsSpan().IndexOfAny('*', '?');
        return wildcard < 0 || Path.Exists(path) ? path : path[..(path.LastIndexOf(Path.DirectorySeparatorChar, wildcard) + 1)];
    }

    /// <summary>The files that match a full path with wildcards.</summary>
    public static IEnumerable<string> Expand(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        var parts = pattern[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return Expand(root, parts).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Expand(string folder, ReadOnlyMemory<string> parts)
    {
        if (parts.Length == 0)
        {
            foreach (var file in InputListing.List([folder])) yield return file.Path;
            yield break;
        }
        var part = parts.Span[0];
        var rest = parts[1..];
        if (part == "**")
        {
            foreach (var match in Expand(folder, rest)) yield return match;
            foreach (var child in Directory.EnumerateDirectories(folder).Where(IsVisible))
                foreach (var match in Expand(child, parts)) yield return match;
            yield break;
        }
        if (rest.Length == 0)
            foreach (var file in Directory.EnumerateFiles(folder).Where(path => Matches(part, path))) yield return file;
        foreach (var child in Directory.EnumerateDirectories(folder).Where(path => Matches(part, path)))
            foreach (var match in Expand(child, rest)) yield return match;
    }

    private static bool Matches(string part, string path)
    {
        var name = Path.GetFileName(path);
        // A wildcard does not reach for hidden names; a pattern that spells them out does.
        if (!IsVisible(path) && part[0] is '*' or '?') return false;
        return FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false);
    }

    private static bool IsVisible(string path) => Path.GetFileName(path)[0] is not ('_' or '.');
}
