namespace MapReduce.Storage;

/// <summary>The parts and named outputs of a job: private files until the output folder is renamed into place.</summary>
/// <param name="folder">The staged output.</param>
/// <param name="manifest">What it consists of.</param>
/// <param name="overwrite">Whether an output that is there is exchanged for the new one.</param>
/// <param name="durable">Whether files and folders are synced to disk.</param>
/// <param name="checksBytes">Whether every byte of the files is compared with what their tasks left, or only their lengths.</param>
public sealed class FilesParticipant(OutputFolder folder, OutputManifest manifest, bool overwrite, bool durable, bool checksBytes = false) : ICommitParticipant
{
    internal const char Separator = '\n';

    /// <summary>The name that tickets of files carry.</summary>
    public const string Files = "files";

    /// <inheritdoc/>
    public string Name => Files;

    /// <summary>The ticket of a finished private file.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="privatePath">Where the file is.</param>
    /// <param name="name">Its path below the output folder, with '/' between folders.</param>
    public static CommitTicket Ticket(string output, string privatePath, string name) => new(Files, output, $"{name}{Separator}{privatePath}");

    /// <summary>The files that are not as their tasks left them. Asked before anything is decided, so that they can be made again; changes nothing.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="tickets">Those of the files that are to be committed.</param>
    /// <param name="manifest">What the files were.</param>
    /// <param name="checksBytes">Whether every byte is compared, or only the lengths.</param>
    /// <exception cref="StorageException">The storage cannot be asked now; or, with <see cref="StorageError.InvalidPath"/>, a file may never be published.</exception>
    public static IReadOnlyList<DamagedFile> FindDamaged(string output, IEnumerable<CommitTicket> tickets, OutputManifest manifest, bool checksBytes)
    {
        var staging = OutputPlace.Staging(OutputPlace.Full(output), manifest.Job);
        var damaged = new List<DamagedFile>();
        foreach (var (path, file) in Match(tickets, manifest))
        {
            OutputFolder.CheckPrivate(staging, path, file.Name);
            try
            {
                if (FinishedFile.Fault(path, file.Bytes, checksBytes ? file.Hash : null) is { } fault) damaged.Add(new DamagedFile(file.Name, fault));
            }
            catch (Exception exception) when (Failures.IsOfFileSystem(exception))
            {
                throw Failures.Reading(path, exception);
            }
        }
        return damaged;
    }

    /// <summary>Puts everything into the staged output but does not show it yet; checks that it can be shown. May be repeated.</summary>
    /// <exception cref="StorageException">The file system refuses, another output is there, or a file is not as its task left it or not the job's own.</exception>
    public void Arrange(IReadOnlyList<CommitTicket> tickets)
    {
        var files = Match(tickets, manifest);
        foreach (var (path, file) in files) folder.Check(path, file.Name, file.Bytes, checksBytes ? file.Hash : null);
        foreach (var (path, file) in files) folder.Place(path, file.Name);
        folder.Write(OutputFolder.ManifestName, manifest.ToJson().Span, durable);
        folder.CheckPublishable(overwrite);
    }

    /// <summary>Shows what is arranged, in one step. May be repeated.</summary>
    /// <exception cref="StorageException">The file system refuses, or another output is there.</exception>
    public void Show()
    {
        folder.Publish(overwrite, durable);
        folder.Remove();
    }

    /// <inheritdoc/>
    public bool HasCommitted(JobCommit job) => OutputFolder.IsOf(folder.Target, job.Job);

    /// <inheritdoc/>
    public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
    {
        Arrange(tickets);
        Show();
    }

    /// <summary>The file that each ticket brings. Of one that the manifest does not know, nobody could say what it was; and one that two bring would be gone for the second.</summary>
    private static List<(string Path, ManifestFile File)> Match(IEnumerable<CommitTicket> tickets, OutputManifest manifest)
    {
        var files = FileNames.Index(manifest.Files);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var matched = new List<(string, ManifestFile)>();
        foreach (var ticket in tickets)
        {
            var (path, name) = ticket.Text.Split(Separator, 2) is [var before, var after] ? (after, before) : (ticket.Text, "");
            if (!files.Remove(name, out var file)) throw OutputFolder.Refused(name, "no task of the job has reported such a file");
            if (!paths.Add(path)) throw OutputFolder.Refused(name, "another file of the output is said to be the same");
            matched.Add((path, file));
        }
        return matched;
    }

    /// <inheritdoc/>
    public void Abort(JobCommit job) => folder.Remove();

    /// <summary>Nothing: private files of lost attempts go with the staging folder, and are in nobody's way until then.</summary>
    public void Recover(JobCommit job, Func<string, bool> isOut)
    {
    }
}

/// <summary>A finished file of an output that is not as its task left it.</summary>
/// <param name="Name">Its path below the output folder, with '/' between folders.</param>
/// <param name="Fault">What is wrong, as the end of a sentence.</param>
public sealed record DamagedFile(string Name, string Fault);
