using System.Diagnostics;
using System.Globalization;

namespace MapReduce.Storage;

/// <summary>An output folder that is staged beside its place and appears there whole, by one rename.</summary>
/// <remarks>
/// The staging folder of <c>/data/out</c> is <c>/data/.out.mr-JOB</c>. In it <c>_owner</c> names the process that writes, <c>private</c> holds
/// files of single attempts, <c>scratch</c> intermediate data, and <c>out</c> what will be published.
/// </remarks>
public sealed class OutputFolder
{
    /// <summary>The name of the manifest, which says what an output consists of. No output is without one.</summary>
    public const string ManifestName = "_manifest.json";

    private const string OwnerName = "_owner";

    private OutputFolder(string target, string job)
    {
        Target = target;
        Staging = Path.Combine(Path.GetDirectoryName(target)!, StagingPrefix(target) + job);
    }

    /// <summary>Where the output appears.</summary>
    public string Target { get; }

    /// <summary>The folder beside it that holds everything until then.</summary>
    public string Staging { get; }

    /// <summary>Files of single attempts.</summary>
    public string Private => Path.Combine(Staging, "private");

    /// <summary>Intermediate data.</summary>
    public string Scratch => Path.Combine(Staging, "scratch");

    private string Ready => Path.Combine(Staging, "out");

    /// <summary>Checks that an output may be written to a place.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="inputs">The inputs as the user gave them.</param>
    /// <param name="overwrite">Whether an output that is there is to be replaced.</param>
    /// <exception cref="StorageException">It is there already, or lies in an input or around one.</exception>
    public static void Check(string target, IEnumerable<string> inputs, bool overwrite)
    {
        target = Full(target);
        foreach (var input in inputs)
        {
            var path = LocalPath.Of(input);
            // Below a glob's fixed folders an output would be read only if the glob reaches it; an output around them would swallow the input.
            var folders = Glob.FixedPart(path);
            var overlaps = folders == path ? LocalPath.Overlap(target, path) : LocalPath.IsInside(folders, target);
            if (overlaps)
                throw new StorageException(StorageError.OutputOverlapsInput, $"The output '{target}' and the input '{input}' lie within each other. Choose an output folder outside of the input.");
        }
        if (!overwrite && (Directory.Exists(target) || File.Exists(target)))
            throw new StorageException(StorageError.OutputExists, $"The output '{target}' exists. Choose another folder, or replace it with --overwrite.");
        if (overwrite && File.Exists(target))
            throw new StorageException(StorageError.OutputExists, $"'{target}' is a file, so it cannot be replaced by an output folder. Choose another folder.");
        if (overwrite && Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any() && !File.Exists(Path.Combine(target, ManifestName)))
            throw new StorageException(StorageError.OutputExists, $"'{target}' was not written by a job (it has no {ManifestName}), so --overwrite leaves it alone. Choose another folder.");
    }

    /// <summary>Makes the staging folder of a job.</summary>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public static OutputFolder Stage(string target, string job)
    {
        var folder = new OutputFolder(Full(target), job);
        Guarded(folder.Staging, () =>
        {
            Directory.CreateDirectory(folder.Staging);
            using var self = Process.GetCurrentProcess();
            File.WriteAllText(Path.Combine(folder.Staging, OwnerName), Owner(self));
            Directory.CreateDirectory(folder.Private);
            Directory.CreateDirectory(folder.Scratch);
            Directory.CreateDirectory(folder.Ready);
        });
        return folder;
    }

    /// <summary>Removes staging folders beside a place whose processes have ended.</summary>
    /// <returns>The folders removed.</returns>
    public static IReadOnlyList<string> CleanLeftovers(string target)
    {
        target = Full(target);
        var parent = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(parent)) return [];
        var removed = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(parent, StagingPrefix(target) + "*").ToList())
        {
            if (IsOwned(folder)) continue;
            Guarded(folder, () => Directory.Delete(folder, recursive: true));
            removed.Add(folder);
        }
        return removed;
    }

    /// <summary>Moves a finished file of an attempt to its place in what will be published. May be repeated.</summary>
    public void Place(string privatePath, string name)
    {
        var path = Path.Combine(Ready, name.Replace('/', Path.DirectorySeparatorChar));
        Guarded(path, () =>
        {
            if (!File.Exists(privatePath) && File.Exists(path)) return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(privatePath, path, overwrite: true);
        });
    }

    /// <summary>Writes a file into what will be published.</summary>
    public void Write(string name, ReadOnlySpan<byte> content, bool durable)
    {
        var path = Path.Combine(Ready, name);
        var bytes = content.ToArray();
        Guarded(path, () =>
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, bytes, 0);
            if (durable) RandomAccess.FlushToDisk(file);
        });
    }

    /// <summary>Makes the output appear, in one step. May be repeated after a crash.</summary>
    /// <param name="overwrite">Whether an output that is there is exchanged for the new one.</param>
    /// <exception cref="StorageException">Another output is there, or the file system refuses.</exception>
    public void Publish(bool overwrite)
    {
        if (!Directory.Exists(Ready)) return;
        Guarded(Target, () =>
        {
            if (!Directory.Exists(Target)) AtomicRename.ToNew(Ready, Target);
            else if (overwrite) AtomicRename.Exchange(Ready, Target);
            else throw new StorageException(StorageError.OutputExists, $"The output '{Target}' has appeared while the job ran. Remove it, or run the job again with --overwrite.");
        });
    }

    /// <summary>Removes the staging folder and what is left in it: after publishing, or to discard everything.</summary>
    public void Remove() => Guarded(Staging, () =>
    {
        if (Directory.Exists(Staging)) Directory.Delete(Staging, recursive: true);
    });

    private static string Full(string target) => Path.TrimEndingDirectorySeparator(LocalPath.Of(target));

    private static string StagingPrefix(string target) => $".{Path.GetFileName(target)}.mr-";

    private static string Owner(Process process)
        => string.Create(CultureInfo.InvariantCulture, $"{process.Id} {new DateTimeOffset(process.StartTime).ToUnixTimeSeconds()}");

    private static bool IsOwned(string folder)
    {
        try
        {
            var owner = File.ReadAllText(Path.Combine(folder, OwnerName)).Split(' ');
            using var process = Process.GetProcessById(int.Parse(owner[0], CultureInfo.InvariantCulture));
            var started = long.Parse(owner[1], CultureInfo.InvariantCulture);
            return Math.Abs(new DateTimeOffset(process.StartTime).ToUnixTimeSeconds() - started) <= 1;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or IndexOutOfRangeException or InvalidOperationException)
        {
            // No such process, or it was killed before it could sign: nobody is left to finish.
            return false;
        }
    }

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (exception.HResult is 28 or unchecked((int)0x80070070) || exception.Message.Contains("No space left", StringComparison.Ordinal))
                throw new StorageException(StorageError.DiskFull, $"The disk is full: cannot write '{path}'. Free some space, or choose another output folder.", exception);
            if (exception is UnauthorizedAccessException)
                throw new StorageException(StorageError.AccessDenied, $"'{path}' may not be written: {exception.Message} Choose another output folder, or ask for write access.", exception);
            throw new StorageException(StorageError.Other, $"Cannot write '{path}': {exception.Message}", exception);
        }
    }
}
