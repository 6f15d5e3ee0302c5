namespace MapReduce.Storage;

/// <summary>The parts and named outputs of a job: private files until the output folder is renamed into place.</summary>
/// <param name="folder">The staged output.</param>
/// <param name="manifest">What it consists of.</param>
/// <param name="overwrite">Whether an output that is there is exchanged for the new one.</param>
/// <param name="durable">Whether files and folders are synced to disk.</param>
/// <param name="checksBytes">Whether every byte of the files is compared with what their tasks left, or only their lengths.</param>
public sealed class FilesParticipant(OutputFolder folder, OutputManifest manifest, bool overwrite, bool durable, bool checksBytes = false) : ICommitParticipant
{
    private const char Separator = '\n';

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
    /// <param name="tickets">Those of the files that are to be committed.</param>
    /// <param name="manifest">What the files were.</param>
    /// <param name="checksBytes">Whether every byte is compared, or only the lengths.</param>
    /// <exception cref="StorageException">The storage cannot be asked now.</exception>
    public static IReadOnlyList<DamagedFile> FindDamaged(IEnumerable<CommitTicket> tickets, OutputManifest manifest, bool checksBytes)
    {
        var files = manifest.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        var damaged = new List<DamagedFile>();
        foreach (var (path, name) in tickets.Select(Read))
        {
            try
            {
                if (files.TryGetValue(name, out var file) && FinishedFile.Fault(path, file.Bytes, checksBytes ? file.Hash : null) is { } fault) damaged.Add(new DamagedFile(name, fault));
            }
            catch (Exception exception) when (Failures.IsOfFileSystem(exception))
            {
                throw Failures.Reading(path, exception);
            }
        }
        return damaged;
    }

    /// <summary>Puts everything into the staged output but does not show it yet; checks that it can be shown. May be repeated.</summary>
    /// <exception cref="StorageException">The file system refuses, another output is there, or a file is not as its task left it.</exception>
    public void Arrange(IReadOnlyList<CommitTicket> tickets)
    {
        var files = manifest.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        foreach (var (path, name) in tickets.Select(Read))
            if (files.TryGetValue(name, out var file)) folder.Check(path, name, file.Bytes, checksBytes ? file.Hash : null);
        foreach (var (path, name) in tickets.Select(Read)) folder.Place(path, name);
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

    private static (string Path, string Name) Read(CommitTicket ticket)
    {
        var end = ticket.Text.IndexOf(Separator, StringComparison.Ordinal);
        return (ticket.Text[(end + 1)..], ticket.Text[..end]);
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
