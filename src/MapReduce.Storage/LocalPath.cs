namespace MapReduce.Storage;

/// <summary>Turns what users write into full paths.</summary>
public static class LocalPath
{
    /// <summary>The full path of a plain path or a <c>file://</c> URI.</summary>
    /// <exception cref="StorageException">The URI has another scheme.</exception>
    public static string Of(string pathOrUri)
    {
        if (pathOrUri.StartsWith("file://", StringComparison.OrdinalIgnoreCase)) return Path.GetFullPath(new Uri(pathOrUri).LocalPath);
        var scheme = pathOrUri.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 1 && pathOrUri.AsSpan(0, scheme).IndexOfAnyExceptInRange('a', 'z') < 0)
            throw new StorageException(StorageError.UnknownScheme, $"There is no storage for '{pathOrUri[..scheme]}://'. Use a plain path or file://.");
        return Path.GetFullPath(pathOrUri);
    }

    /// <summary>Whether one path is the other or lies below it.</summary>
    public static bool Overlap(string first, string second)
    {
        var left = Path.TrimEndingDirectorySeparator(first) + Path.DirectorySeparatorChar;
        var right = Path.TrimEndingDirectorySeparator(second) + Path.DirectorySeparatorChar;
        return left.StartsWith(right, StringComparison.Ordinal) || right.StartsWith(left, StringComparison.Ordinal);
    }
}
