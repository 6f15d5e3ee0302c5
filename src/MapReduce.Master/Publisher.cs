using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Storage;

namespace MapReduce.Master;

/// <summary>Carries out what the journal has decided about a job's output. Each step may be repeated, by this master or the next.</summary>
internal static class Publisher
{
    /// <summary>Makes the staging folder of a job whose output may be written.</summary>
    /// <exception cref="StorageException">It may not, or cannot.</exception>
    public static (string Private, string Shared) Stage(JobSpec spec)
    {
        OutputFolder.Check(spec.Output, spec.Order.Inputs, spec.Overwrite);
        OutputFolder.CleanLeftovers(spec.Output);
        var folder = OutputFolder.Stage(spec.Output, spec.Id, shared: true);
        return (folder.Private, folder.Scratch);
    }

    /// <summary>What will be published of a job: the tickets of the attempts that count, and the manifest that lists the files.</summary>
    public static (IReadOnlyList<CommitTicket> Tickets, OutputManifest Manifest) Describe(JobState state, JobSpec spec)
    {
        var made = Tasks(state).Select(state.Made).OfType<Products>().ToList();
        var parts = made.SelectMany(products => products.Parts).OrderBy(part => part.Name, StringComparer.Ordinal).ToList();
        // Tickets of files are made here, of parts. One that an executor sends is forged: it would name a file that nothing is known of.
        var tickets = parts.Select(part => FilesParticipant.Ticket(spec.Output, part.PrivatePath, part.Name))
            .Concat(made.SelectMany(products => products.Tickets).Where(ticket => ticket.Participant != FilesParticipant.Files).Select(ticket => new CommitTicket(ticket.Participant, ticket.Connection, ticket.Text)));
        var definition = state.Definition ?? new Opened();
        var counters = definition.Counters.Select((name, index) => (name, Count: index < state.Counters.Count ? state.Counters[index] : 0)).DistinctBy(counter => counter.name).ToDictionary(counter => counter.name, counter => counter.Count);
        return ([.. tickets], new OutputManifest(spec.Id, definition.Name, [.. definition.Outputs.Select(output => new OutputLayout(output.Name, output.Ranges, output.HasKey ? [.. output.Key] : null))],
            [.. parts.Select(part => new ManifestFile(part.Name, part.Length, part.Rows, part.Hash))], counters));
    }

    /// <summary>The stores that the job writes to; none before it is defined, and then nothing can have been prepared.</summary>
    public static JobCommitment Commitment(JobState state, JobSpec spec, MasterSettings settings)
        => new(spec.Id, settings.Participants, [.. (state.Definition?.Stores ?? []).Select(store => new StoreTarget(store.Participant, store.Connection))]);

    /// <summary>Looks for parts that are not as their tasks left them, before the commit is decided.</summary>
    /// <exception cref="StorageException">That cannot be done now, nothing is left to be looked at, or what a task calls its part is none and may never be published.</exception>
    public static IReadOnlyList<DamagedFile> Check(JobSpec spec, IReadOnlyList<CommitTicket> tickets, OutputManifest manifest, bool checksBytes)
    {
        var damaged = OutputFolder.IsStaged(spec.Output, spec.Id) ? FilesParticipant.FindDamaged(spec.Output, tickets.Where(ticket => ticket.Participant == FilesParticipant.Files), manifest, checksBytes) : [];
        // A storage that is away shows nothing, and that is no damage.
        return OutputFolder.IsStaged(spec.Output, spec.Id) ? damaged : throw Gone(spec, StorageError.Lost);
    }

    /// <summary>Which attempts made the files that are damaged, and what a user should read of them.</summary>
    public static IReadOnlyList<DamagedPart> Blame(JobState state, IReadOnlyList<DamagedFile> damaged)
    {
        if (damaged.Count == 0) return [];
        var faults = damaged.ToDictionary(file => file.Name, file => file.Fault, StringComparer.Ordinal);
        return [.. from task in Tasks(state)
                   from part in state.Made(task)?.Parts ?? []
                   where faults.ContainsKey(part.Name)
                   select new DamagedPart(state.Winner(task)!.Value, part.Name, $"The file '{part.Name}' of the output was damaged before it was published: {faults[part.Name]}. The disk or the network of the output's storage is failing, or something beside the job has changed the file.")];
    }

    /// <summary>Publishes.</summary>
    /// <exception cref="StorageException">It cannot be published now, or at all.</exception>
    public static void Publish(JobSpec spec, JobCommitment commitment, IReadOnlyList<CommitTicket> tickets, OutputManifest manifest, bool checksBytes)
    {
        if (Open(spec, commitment) is { } folder) commitment.Commit(tickets, new FilesParticipant(folder, manifest, spec.Overwrite, spec.Order.Settings.Durable, checksBytes));
        else if (!OutputFolder.IsOf(spec.Output, spec.Id))
            // Rows that are committed leave no way back, so such a job goes on trying.
            throw Gone(spec, commitment.HasStores ? StorageError.Other : StorageError.Lost);
    }

    /// <summary>Opens what is staged. A master that was replaced while it published must not make anew what its successor has cleaned up.</summary>
    private static OutputFolder? Open(JobSpec spec, JobCommitment commitment)
    {
        try
        {
            return OutputFolder.Open(spec.Output, spec.Id);
        }
        catch (StorageException exception) when (exception.Error == StorageError.InvalidPath && commitment.HasStores)
        {
            // An earlier try may have committed rows, and such a job has not failed with nothing written.
            if (commitment.HasCommitted) throw commitment.Waiting(exception);
            throw;
        }
    }

    /// <summary>Removes files between stages that nobody needs any more. What cannot be removed goes with the staging folder.</summary>
    public static void Free(JobSpec spec, IReadOnlyList<string> datasets)
    {
        foreach (var dataset in datasets)
        {
            try
            {
                // They are in that folder, whatever an executor has said.
                File.Delete(Path.Combine(spec.Order.Shared, Path.GetFileName(dataset)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another may do it better: a master that takes over tries again.
            }
        }
    }

    /// <summary>Gives up what stores hold, and removes what is staged.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    public static void Discard(JobSpec spec, JobCommitment commitment)
    {
        commitment.Abort();
        OutputFolder.Open(spec.Output, spec.Id)?.Remove();
    }

    /// <summary>Removes the staging folder of a job that was never accepted; nothing where it is gone already, or never was.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    public static void Unstage(JobSpec spec)
    {
        try
        {
            if (OutputFolder.Open(spec.Output, spec.Id) is { } folder && !folder.Remove())
                throw new StorageException(StorageError.Other, $"'{folder.Staging}' cannot be removed: something still writes to it, or its storage refuses.");
        }
        catch (StorageException exception) when (exception.Error is StorageError.InvalidPath or StorageError.UnknownScheme)
        {
            // What is no place holds nothing.
        }
    }

    private static StorageException Gone(JobSpec spec, StorageError error) => OutputFolder.IsLost(spec.Output, spec.Id)
        ? new(error, $"The staging folder of job {spec.Id} beside '{spec.Output}' is gone, and with it what the job has made. Run the job again, and leave its folders alone while it runs.")
        : new(StorageError.Other, $"The folder of '{spec.Output}', in which the output of job {spec.Id} is staged, cannot be seen from the job master's node now.");

    /// <summary>The map and reduce tasks of a job, in order.</summary>
    public static IEnumerable<TaskId> Tasks(JobState state)
    {
        for (var stage = 0; stage < state.StageCount; stage++)
        {
            var progress = state.Progress(stage);
            for (var i = 0; i < progress.Maps; i++) yield return new TaskId(stage, TaskKind.Map, i);
            for (var i = 0; i < progress.Reduces; i++) yield return new TaskId(stage, TaskKind.Reduce, i);
        }
    }
}
