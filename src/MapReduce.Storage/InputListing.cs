using System.Text;

namespace MapReduce.Storage;

/// <summary>Expands files, folders and globs into the files to read.</summary>
public static class InputListing
{
    /// <summary>The files of all patterns, pattern by pattern, those of one pattern in the byte order of their paths and each once. What two patterns name is read twice.</summary>
    /// <remarks>
    /// A folder stands for all files below it, but for those whose name, or whose folder's, begins with '_' or '.'. In a glob <c>*</c> and
    /// <c>?</c> match within a name and <c>**</c> matches any number of folders. A name that exists is never taken for a glob. Links are
    /// followed. The order does not depend on the file system.
    /// </remarks>
    /// <exception cref="StorageException">There is no such file, a glob has no match, or a file cannot be read.</exception>
    public static IReadOnlyList<InputFileEntry> List(IReadOnlyList<string> patterns)
    {
        var entries = new List<InputFileEntry>();
        foreach (var pattern in patterns)
            foreach (var path in Sorted(Expand(LocalPath.Of(pattern), pattern).Distinct(StringComparer.Ordinal)))
                entries.Add(Stat(path));
        return entries;
    }

    /// <summary>The size and time of a file that can be read, by its full path.</summary>
    /// <exception cref="StorageException">There is none, it may not be read, or it is a pipe, socket or device.</exception>
    public static InputFileEntry Stat(string path)
    {
        try
        {
            using var file = PlainFile.Open(path);
            if (!file.CanSeek) throw new StorageException(StorageError.NotAFile, $"'{path}' is not a file but a pipe, socket or device, which cannot be split or read twice. Save its content in a file first.");
            return new InputFileEntry(path, file.Length, File.GetLastWriteTimeUtc(path).Ticks);
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw Failures.Reading(path, exception);
        }
    }

    /// <summary>Whether a failure says that there is nothing at a path, or nothing that a glob matches. It may come from another machine, where only its message is known.</summary>
    /// <param name="message">What it says.</param>
    /// <param name="pattern">The path or the glob, as it was named.</param>
    public static bool SaysMissing(string message, string pattern)
        => message.Contains(NothingThere(pattern), StringComparison.Ordinal) || message.Contains(NoMatch(pattern), StringComparison.Ordinal);

    private static string NothingThere(string pattern) => $"There is no file or folder '{pattern}'.";

    private static string NoMatch(string pattern) => $"Nothing matches '{pattern}'.";

    private static IEnumerable<string> Expand(string path, string pattern)
    {
        try
        {
            if (File.Exists(path)) return [path];
            if (Directory.Exists(path)) return [.. FolderWalk.FilesBelow(path)];
            if (!Glob.IsGlob(path)) throw NotFound(path, pattern);
            var matches = Glob.Expand(path).ToList();
            if (matches.Count == 0)
                throw new StorageException(StorageError.NoMatch, $"{NoMatch(pattern)} Check the pattern{Nearest(path)}.");
            return matches;
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw new StorageException(StorageError.Unreadable, $"A folder of '{pattern}' may not be listed: {exception.Message} Ask for read access, or name the files.", exception);
        }
    }

    private static StorageException NotFound(string path, string pattern)
    {
        // A file in a folder that may not be searched looks like none.
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!Directory.Exists(folder)) continue;
            try
            {
                _ = File.GetAttributes(Path.Combine(folder, Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)[0]));
            }
            catch (UnauthorizedAccessException exception)
            {
                return new StorageException(StorageError.Unreadable, $"'{pattern}' may not be read: the folder '{folder}' may not be searched. Ask for read access.", exception);
            }
            catch (PathTooLongException exception)
            {
                return Failures.Reading(pattern, exception);
            }
            catch (IOException)
            {
                // It is not there.
            }
            break;
        }
        return new StorageException(StorageError.NotFound, $"{NothingThere(pattern)} Check the path{Nearest(path)}.");
    }

    private static string Nearest(string path)
    {
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(folder)) return $"; '{folder}' exists";
        return "";
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> paths)
        => paths.Select(path => new NamedPath(path, Encoding.UTF8.GetBytes(path))).Order(ByteOrder).Select(file => file.Path);

    private static Comparer<NamedPath> ByteOrder { get; } = Comparer<NamedPath>.Create((left, right) => left.Bytes.AsSpan().SequenceCompareTo(right.Bytes));

    private sealed record NamedPath(string Path, byte[] Bytes);
}
