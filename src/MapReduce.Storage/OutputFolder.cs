namespace MapReduce.Storage;

/// <summary>An output folder that is staged beside its place and appears there whole, by one rename.</summary>
/// <remarks>
/// <para>
/// The staging folder of <c>/data/out</c> is <c>/data/.out.mr-JOB</c>. In it <c>_owner</c> names the process that writes, <c>private</c> holds
/// files of single attempts, <c>scratch</c> intermediate data, and <c>out</c> what will be published. Very long names are hashed.
/// </para>
/// <para>
/// An empty folder at the place counts as nothing and is replaced. An output that is to be overwritten is exchanged for the new one in one
/// step, and only then deleted. Where the system cannot exchange folders (Windows, some network file systems) the old one is moved aside first.
/// </para>
/// <para>A crash leaves the staging folder; <see cref="CleanLeftovers"/> removes it before the next run.</para>
/// </remarks>
public sealed partial class OutputFolder
{
    /// <summary>The name of the manifest, which says what an output consists of and, as its property <c>job</c>, who wrote it. No output is without one.</summary>
    public const string ManifestName = "_manifest.json";

    private const string ReadyName = "out";
    private const string TurnName = "_publishing";

    /// <summary>Where a finished file may be, one after another: private, placed, published.</summary>
    private const int Places = 3;

    private readonly string job;
    private readonly StagingOwner owner;

    private OutputFolder(string target, string job, bool shared)
    {
        this.job = job;
        Target = target;
        Staging = OutputPlace.Staging(target, job);
        // What is made here, and removed with all that is in it, is never what a link leads to.
        if (LinkTo(Staging, Private) is { } link)
            throw new StorageException(StorageError.InvalidPath, $"'{link}' is a link, where the folder should be in which job {job} stages its output. Remove it, run the job again, and leave its folders alone while it runs.");
        owner = shared ? StagingOwner.Share(Staging, job) : StagingOwner.Sign(Staging, job);
        Directory.CreateDirectory(Private);
        Directory.CreateDirectory(Scratch);
        Directory.CreateDirectory(Ready);
    }

    /// <summary>Where the output appears.</summary>
    public string Target { get; }

    /// <summary>The folder beside it that holds everything until then.</summary>
    public string Staging { get; }

    /// <summary>Files of single attempts.</summary>
    public string Private => Path.Combine(Staging, PrivateName);

    /// <summary>Intermediate data.</summary>
    public string Scratch => Path.Combine(Staging, "scratch");

    /// <summary>The id of the job.</summary>
    public string Job => job;

    private string Ready => Path.Combine(Staging, ReadyName);

    /// <summary>Checks that an output may be written to a place.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="inputs">The inputs as the user gave them. One that is, contains, lists or lies in the output is refused, through links as well.</param>
    /// <param name="overwrite">Whether an output that is there is to be replaced. What no job has written never is.</param>
    /// <exception cref="StorageException">It is there already, or lies in an input or around one.</exception>
    public static void Check(string target, IEnumerable<string> inputs, bool overwrite)
    {
        target = OutputPlace.Full(target);
        OutputPlace.CheckApart(target, inputs);
        OutputPlace.CheckFree(target, overwrite);
    }

    /// <summary>Makes the staging folder of a job, or opens the one that it left.</summary>
    /// <param name="target">The output folder.</param>
    /// <param name="job">The job's id, as the manifest will give it.</param>
    /// <param name="shared">Whether the folder outlives this process, because a cluster has the job: then only the cluster removes it.</param>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public static OutputFolder Stage(string target, string job, bool shared = false)
    {
        target = OutputPlace.Full(target);
        OutputFolder? folder = null;
        Failures.Writing(Path.GetDirectoryName(target)!, () => folder = new OutputFolder(target, job, shared));
        return folder!;
    }

    /// <summary>Opens the staging folder that a job of a cluster has; null where it has none any more, because its output is published or discarded.</summary>
    /// <param name="target">The output folder.</param>
    /// <param name="job">The job's id.</param>
    /// <exception cref="StorageException">It cannot be opened.</exception>
    public static OutputFolder? Open(string target, string job)
        => IsStaged(target, job) ? Stage(target, job, shared: true) : null;

    /// <summary>Whether there is a staging folder of a job.</summary>
    /// <param name="target">The output folder.</param>
    /// <param name="job">The job's id.</param>
    public static bool IsStaged(string target, string job) => Directory.Exists(OutputPlace.Staging(OutputPlace.Full(target), job));

    /// <summary>Whether a job's staging folder and its output are both gone, and not only out of sight because their storage is away.</summary>
    /// <param name="target">The output folder.</param>
    /// <param name="job">The job's id.</param>
    public static bool IsLost(string target, string job)
    {
        target = OutputPlace.Full(target);
        var staging = OutputPlace.Staging(target, job);
        try
        {
            return !Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(target)!).Contains(staging) && OutputPlace.Writer(target) != job;
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            return false;
        }
    }

    /// <summary>Whether the output that is at a place is that of a job.</summary>
    public static bool IsOf(string target, string job) => OutputPlace.Writer(OutputPlace.Full(target)) == job;

    /// <summary>
    /// Removes staging folders beside a place whose processes have ended. Where one of them was about to exchange an old output for a new
    /// one in two steps, the exchange is completed first.
    /// </summary>
    /// <returns>The folders removed. One that may not be removed is left.</returns>
    /// <param name="target">The output folder.</param>
    /// <param name="stores">The participants beside the files. A leftover of a job that wrote to stores is settled with them first, and left where that cannot be.</param>
    public static IReadOnlyList<string> CleanLeftovers(string target, IReadOnlyList<ICommitParticipant>? stores = null)
    {
        target = OutputPlace.Full(target);
        var parent = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(parent)) return [];
        var prefix = OutputPlace.Staging(target, "");
        var removed = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(parent).Where(folder => folder.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            var left = StagingOwner.TakeOver(folder);
            if (left is null)
            {
                if (!Directory.Exists(folder)) removed.Add(folder);
                continue;
            }
            if (Settle(folder, target, stores ?? []) && CompleteExchange(Path.Combine(folder, ReadyName), target) && left.Delete()) removed.Add(folder);
            else left.Dispose();
        }
        return removed;
    }

    /// <summary>Moves a finished file of an attempt to its place in what will be published. May be repeated.</summary>
    /// <param name="privatePath">Where it is.</param>
    /// <param name="name">Its path below the output folder, with '/' between folders.</param>
    /// <exception cref="StorageException">The file is none of the private folder, the name leads out of the output, or the file system refuses.</exception>
    public void Place(string privatePath, string name)
    {
        CheckPrivate(privatePath, name);
        var path = PathOf(name);
        CheckPlaced(path, name);
        Failures.Writing(path, () =>
        {
            // Whoever takes over from a crash begins again, and may find the file placed, or the whole output published.
            if (!File.Exists(privatePath) && (File.Exists(path) || OutputPlace.Writer(Target) == job)) return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(privatePath, path, overwrite: true);
        });
        // A rename leaves a link a link, and the file may have become one after the first look.
        CheckPlaced(path, name);
    }

    /// <summary>Checks a finished file of an attempt, before or after it is placed, unless the whole output is published.</summary>
    /// <param name="privatePath">Where it was finished.</param>
    /// <param name="name">Its path below the output folder, with '/' between folders.</param>
    /// <param name="bytes">How long it was then.</param>
    /// <param name="hash">Its XXH128 then, in hexadecimal digits; null to compare the length only.</param>
    /// <exception cref="StorageException">It is not there, is another one, or is none of the private folder.</exception>
    public void Check(string privatePath, string name, long bytes, string? hash)
    {
        CheckPrivate(privatePath, name);
        var placed = PathOf(name);
        CheckPlaced(placed, name);
        // Another coordinator of the job, perhaps a deposed one, may place the file and publish it meanwhile. It moves one way only, so a second look finds it.
        for (var looks = 1; OutputPlace.Writer(Target) != job; looks++)
        {
            var path = File.Exists(privatePath) ? privatePath : placed;
            string? fault = null;
            Failures.Writing(path, () => fault = FinishedFile.Fault(path, bytes, hash));
            if (fault is null) return;
            if (looks < Places && !File.Exists(path)) continue;
            // A storage that is away shows no file either.
            throw Directory.Exists(Staging)
                ? new StorageException(StorageError.Damaged, $"The file '{name}' of the output cannot be published: {fault}. Something beside the job has changed it, or the disk is failing. Nothing was published; run the job again, and leave its folders alone while it runs.")
                : new StorageException(StorageError.Other, $"'{Staging}', in which the output of job {job} is staged, cannot be seen now.");
        }
    }

    /// <summary>Writes a file into what will be published.</summary>
    /// <param name="name">Its path below the output folder, with '/' between folders.</param>
    /// <param name="content">All of it.</param>
    /// <param name="durable">Whether it is synced to the disk.</param>
    /// <exception cref="StorageException">The name leads out of the output, or the file system refuses.</exception>
    public void Write(string name, ReadOnlySpan<byte> content, bool durable)
    {
        var path = PathOf(name);
        CheckPlaced(Path.GetDirectoryName(path)!, name);
        // What has the name already is replaced and not written to: it may be a link, or another file's second name.
        var whole = Path.Combine(Staging, Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            try
            {
                using (var file = File.OpenHandle(whole, FileMode.CreateNew, FileAccess.Write))
                {
                    RandomAccess.Write(file, content, 0);
                    if (durable) RandomAccess.FlushToDisk(file);
                }
                File.Move(whole, path, overwrite: true);
            }
            finally
            {
                File.Delete(whole);
            }
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw Failures.Writing(path, exception);
        }
    }

    /// <summary>Checks that nothing is in the way of the output, or that it has appeared already.</summary>
    /// <param name="overwrite">Whether an output that is there is exchanged for the new one.</param>
    /// <exception cref="StorageException">Another output is there.</exception>
    public void CheckPublishable(bool overwrite)
    {
        if (OutputPlace.Writer(Target) != job && Path.Exists(Target)) OutputPlace.CheckFree(Target, overwrite);
    }

    /// <summary>Makes the output appear, in one step. May be repeated after a crash: an output of this job that is there stays.</summary>
    /// <param name="overwrite">Whether an output that is there is exchanged for the new one.</param>
    /// <param name="durable">Whether the folders are synced before and after, so that a loss of power leaves the old or the new.</param>
    /// <exception cref="StorageException">Another output is there, or the file system refuses.</exception>
    public void Publish(bool overwrite, bool durable = false) => Failures.Writing(Target, () =>
    {
        // An exchange that is done twice brings the old output back, so of two coordinators only one may be at it.
        using var turn = Turn();
        if (OutputPlace.Writer(Target) == job) return;
        if (OutputPlace.Writer(Ready) != job)
            throw new StorageException(StorageError.Other, $"The staged output '{Ready}' has no {ManifestName} of job {job}, so it is not published. Run the job again, and leave its folders alone while it runs.");
        if (durable) Durable.SyncFolders(Staging);
        if (Path.Exists(Target)) OutputPlace.CheckFree(Target, overwrite);
        if (!overwrite || !AtomicRename.Exchange(Ready, Target))
            if (!AtomicRename.ToNew(Ready, Target))
                throw new StorageException(StorageError.OutputExists, $"The output '{Target}' has appeared while the job ran. Remove it, or run the job again with --overwrite.");
        if (durable) Durable.SyncFolder(Path.GetDirectoryName(Target)!);
    });

    private FileStream Turn()
    {
        try
        {
            return new FileStream(Path.Combine(Staging, TurnName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && Directory.Exists(Staging))
        {
            throw new StorageException(StorageError.Other, $"'{Target}' is being published by another master of job {job} at this moment, or its storage refuses: {exception.Message}", exception);
        }
    }

    /// <summary>Removes the staging folder and what is left in it: after publishing, or to discard everything. May be repeated.</summary>
    /// <returns>Whether it is gone. What cannot be removed of a job without a cluster stays for <see cref="CleanLeftovers"/>: by then the job's fate is decided.</returns>
    public bool Remove() => owner.Delete();

    /// <summary>Notes what a job without a journal writes to stores, and later its decision.</summary>
    /// <exception cref="StorageException">The file system refuses.</exception>
    public void Note(StagedStores stores) => Failures.Writing(Staging, () => stores.Write(Staging));

    /// <summary>Ends what a job that has died began in stores. If it had decided to commit, its files appear too.</summary>
    private static bool Settle(string folder, string target, IReadOnlyList<ICommitParticipant> participants)
    {
        try
        {
            if (StagedStores.Read(folder) is not { } noted) return true;
            noted.Settle(participants);
            var ready = Path.Combine(folder, ReadyName);
            if (noted.Tickets is null || OutputPlace.Writer(target) == noted.Job) return true;
            return (noted.Overwrite && AtomicRename.Exchange(ready, target)) || AtomicRename.ToNew(ready, target);
        }
        catch (Exception exception) when (exception is StorageException or System.Text.Json.JsonException || Failures.IsOfFileSystem(exception))
        {
            return false;
        }
    }

    /// <summary>After a crash between the two steps of an exchange nothing is at the target: the new output is whole, so it goes there.</summary>
    private static bool CompleteExchange(string ready, string target)
    {
        var old = ready + AtomicRename.OldSuffix;
        if (!Directory.Exists(old) || Path.Exists(target)) return true;
        try
        {
            return AtomicRename.ToNew(Directory.Exists(ready) ? ready : old, target);
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            return false;
        }
    }

    private string PathOf(string name)
    {
        var path = Path.GetFullPath(Path.Combine(Ready, name.Replace('/', Path.DirectorySeparatorChar)));
        if (name.Length == 0 || path == Ready || !LocalPath.IsInside(path, Ready))
            throw new StorageException(StorageError.InvalidPath, $"'{name}' is no name for a file of the output: it leads out of it. Name a file below the output folder.");
        return path;
    }
}
