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
    public static bool Overlap(string first, string second) => IsInside(first, second) || IsInside(second, first);

    /// <summary>Whether <paramref name="path"/> is <paramref name="folder"/> or lies below it.</summary>
    public static bool IsInside(string path, string folder) => WithSeparator(path).StartsWith(WithSeparator(folder), StringComparison.Ordinal);

    private static string WithSeparator(string path) => Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar;
}
