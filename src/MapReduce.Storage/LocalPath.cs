namespace MapReduce.Storage;

/// <summary>Turns what users write into full paths.</summary>
public static class LocalPath
{
    private const string FileScheme = "file://";

    /// <summary>File systems of macOS and Windows take names that differ only in case for the same.</summary>
    private static readonly StringComparison Comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The full path of a plain path or a <c>file://</c> URI.</summary>
    /// <exception cref="StorageException">The URI has another scheme, or the text is no path.</exception>
    public static string Of(string pathOrUri)
    {
        if (string.IsNullOrEmpty(pathOrUri)) throw new StorageException(StorageError.InvalidPath, "A path is empty. Give the path of a file or folder.");
        if (pathOrUri.Contains('\0', StringComparison.Ordinal)) throw new StorageException(StorageError.InvalidPath, $"'{pathOrUri.Replace("\0", "\\0", StringComparison.Ordinal)}' holds a NUL, which no path can. Check the path.");
        if (pathOrUri.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase)) return OfFileUri(pathOrUri);
        var scheme = pathOrUri.IndexOf("://", StringComparison.Ordinal);
        // One letter may be a drive of Windows.
        if (scheme > 1 && char.IsAsciiLetter(pathOrUri[0]) && !pathOrUri.AsSpan(0, scheme).ContainsAnyExcept(SchemeCharacters))
            throw new StorageException(StorageError.UnknownScheme, $"There is no storage for '{pathOrUri[..scheme]}://'. Use a plain path or file://.");
        return Path.GetFullPath(pathOrUri);
    }

    /// <summary>Whether one path is the other or lies below it.</summary>
    public static bool Overlap(string first, string second) => IsInside(first, second) || IsInside(second, first);

    /// <summary>Whether <paramref name="path"/> is <paramref name="folder"/> or lies below it.</summary>
    public static bool IsInside(string path, string folder) => WithSeparator(path).StartsWith(WithSeparator(folder), Comparison);

    /// <summary>A full path with every link in it followed, as far as it exists.</summary>
    public static string FollowLinks(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var real = root;
        foreach (var name in path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            try
            {
                if (new FileInfo(real).LinkTarget is not null && new FileInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } end) real = FollowLinks(end.FullName);
            }
            catch (IOException)
            {
                // A circle of links leads nowhere; whoever opens it is told so.
            }
        }
        return real;
    }

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

    /// <summary>Read by hand: the framework would take '?' and '#' for the ends of the path.</summary>
    private static string OfFileUri(string uri)
    {
        var rest = uri[FileScheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? rest : rest[..slash];
        if (slash < 0 || host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            throw new StorageException(StorageError.InvalidPath, $"'{uri}' does not name a file of this machine. Write file:///folder/file, with three slashes.");
        var path = Uri.UnescapeDataString(rest[slash..]);
        return Path.GetFullPath(OperatingSystem.IsWindows() ? path.TrimStart('/') : path);
    }

    private static string WithSeparator(string path) => Path.TrimEndingDirectorySeparator(path) is var trimmed && Path.EndsInDirectorySeparator(trimmed) ? trimmed : trimmed + Path.DirectorySeparatorChar;
}
