using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MapReduce.Storage;

/// <summary>The place of an output: what may be there, and what is.</summary>
internal static class OutputPlace
{
    /// <summary>Names of files end at 255 bytes; this leaves room for a job's id.</summary>
    private const int LongestNameBytes = 160;

    /// <summary>The full path of an output folder. A link to a folder stands for that folder.</summary>
    public static string Full(string target)
    {
        var path = Path.TrimEndingDirectorySeparator(LocalPath.Of(target));
        if (Path.GetDirectoryName(path) is null)
            throw new StorageException(StorageError.InvalidPath, $"The output '{target}' is the root of a file system. Choose a folder below it.");
        return new DirectoryInfo(path).LinkTarget is null ? path : LocalPath.FollowLinks(path);
    }

    /// <summary>The staging folder of a job; <paramref name="job"/> may be empty, for what all jobs' have in common.</summary>
    public static string Staging(string target, string job)
    {
        var name = Path.GetFileName(target);
        if (Encoding.UTF8.GetByteCount(name) > LongestNameBytes) name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)), 0, 16);
        return Path.Combine(Path.GetDirectoryName(target)!, $".{name}.mr-{job}");
    }

    public static void CheckApart(string target, IEnumerable<string> inputs)
    {
        var real = LocalPath.FollowLinks(target);
        foreach (var input in inputs)
        {
            var path = LocalPath.Of(input);
            var overlaps = Glob.IsGlob(path) && !Path.Exists(path) ? Glob.Reaches(path, target) || Glob.Reaches(path, real) : LocalPath.Overlap(real, LocalPath.FollowLinks(path));
            if (overlaps)
                throw new StorageException(StorageError.OutputOverlapsInput, $"The output '{target}' and the input '{input}' lie within each other. Choose an output folder outside of the input.");
        }
    }

    /// <summary>Checks that nothing is at the place, or only what may be replaced. An empty folder counts as nothing.</summary>
    public static void CheckFree(string target, bool overwrite)
    {
        if (File.Exists(target))
            throw new StorageException(StorageError.OutputExists, $"'{target}' is a file, so it cannot become an output folder. Choose another folder.");
        if (!Directory.Exists(target)) return;
        bool isEmpty;
        try
        {
            isEmpty = !Directory.EnumerateFileSystemEntries(target).Any();
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw Failures.Writing(target, exception);
        }
        if (isEmpty) return;
        if (!overwrite)
            throw new StorageException(StorageError.OutputExists, $"The output '{target}' exists. Choose another folder, or replace it with --overwrite.");
        if (!File.Exists(Path.Combine(target, OutputFolder.ManifestName)))
            throw new StorageException(StorageError.OutputExists, $"'{target}' was not written by a job (it has no {OutputFolder.ManifestName}), so --overwrite leaves it alone. Choose another folder.");
    }

    /// <summary>The id of the job that wrote the output at a place; null where there is none.</summary>
    public static string? Writer(string folder)
    {
        try
        {
            // Code of jobs may have put a pipe there, and nobody waits for that.
            using var file = PlainFile.Open(Path.Combine(folder, OutputFolder.ManifestName));
            if (!file.CanSeek) return null;
            using var manifest = JsonDocument.Parse(file);
            return manifest.RootElement.GetProperty("job").GetString();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
