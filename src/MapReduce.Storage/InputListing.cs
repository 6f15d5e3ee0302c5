using System.Text;

namespace MapReduce.Storage;

/// <summary>Expands files, folders and globs into the files to read.</summary>
public static class InputListing
{
    private static readonly EnumerationOptions Deep = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
    };

    /// <summary>The files of all patterns, pattern by pattern, those of one pattern in the byte order of their paths, each file once.</summary>
    /// <remarks>
    /// A folder stands for all files below it, but for those whose name, or whose folder's, begins with '_' or '.'. In a glob <c>*</c> and
    /// <c>?</c> match within a name and <c>**</c> matches any number of folders. A name that exists is never taken for a glob.
    /// </remarks>
    /// <exception cref="StorageException">There is no such file, a glob has no match, or a file cannot be read.</exception>
    public static IReadOnlyList<InputFileEntry> List(IReadOnlyList<string> patterns)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<InputFileEntry>();
        foreach (var pattern in patterns)
            foreach (var path in Expand(LocalPath.Of(pattern), pattern).OrderBy(path => path, Utf8Order.Instance))
                if (seen.Add(path)) entries.Add(Describe(path));
        return entries;
    }

    private static IEnumerable<string> Expand(string path, string pattern)
    {
        try
        {
            if (File.Exists(path)) return [path];
            if (Directory.Exists(path)) return [.. Directory.EnumerateFiles(path, "*", Deep).Where(file => !IsHidden(Path.GetRelativePath(path, file)))];
            if (!Glob.IsGlob(path))
                throw new StorageException(StorageError.NotFound, $"There is no file or folder '{pattern}'. Check the path{Nearest(path)}.");
            var matches = Glob.Expand(path).ToList();
            if (matches.Count == 0)
                throw new StorageException(StorageError.NoMatch, $"Nothing matches '{pattern}'. Check the pattern, and quote it so that the shell leaves it alone.");
            return matches;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageException(StorageError.AccessDenied, $"The folder of '{pattern}' may not be listed: {exception.Message} Ask for read access.", exception);
        }
    }

    private static InputFileEntry Describe(string path)
    {
        var info = new FileInfo(path);
        try
        {
            using var probe = File.OpenHandle(path);
            return new InputFileEntry(path, RandomAccess.GetLength(probe), info.LastWriteTimeUtc.Ticks);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageException(StorageError.AccessDenied, $"'{path}' may not be read. Ask for read access, or leave the file out.", exception);
        }
        catch (FileNotFoundException exception)
        {
            throw new StorageException(StorageError.NotFound, $"'{path}' points to nothing. Remove the broken link, or leave it out.", exception);
        }
    }

    private static string Nearest(string path)
    {
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(folder)) return $"; '{folder}' exists";
        return "";
    }

    private static bool IsHidden(string relative)
        => relative.Split(Path.DirectorySeparatorChar).Any(name => name[0] is '_' or '.');

    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? left, string? right) => Encoding.UTF8.GetBytes(left!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right!));
    }
}
