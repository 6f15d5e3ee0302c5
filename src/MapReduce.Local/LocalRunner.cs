using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Engine.Memory;
using MapReduce.Protocol;
using MapReduce.Storage;
using TaskScheduler = MapReduce.Coordination.TaskScheduler;

namespace MapReduce.Local;

/// <summary>Runs a whole job in this process: the same brain and the same engine as a cluster, on threads.</summary>
/// <remarks>One lock guards the brain; slots hold it only to ask and to report, never while they work.</remarks>
public sealed partial class LocalRunner
{
    private static readonly Epoch OnlyEpoch = new(1);
    private static readonly WorkerId Self = new("local", 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly object gate = new();
    private readonly LocalJob job;
    private readonly LocalSettings settings;
    private readonly TimeProvider time;
    private readonly Action<JobEvent>? onEvent;
    private readonly TaskScheduler scheduler = new(new SchedulingPolicy());
    private readonly CancellationTokenSource stop = new();
    private readonly Totals totals = new();
    private JobRun run = null!;
    private JobState state = null!;
    private OutputFolder output = null!;
    private IReadOnlyList<SpillFolder> spills = [];
    private JobCommitment? commitment;
    private bool decided;
    private bool isCommitted;
    private RetainedMemory? retained;
    private StageWork[] stages = [];
    private Exception? broken;
    private bool abandoned;

    private LocalRunner(LocalJob job, LocalSettings settings, LocalProgress progress, TimeProvider time, Action<JobEvent>? onEvent)
    {
        this.job = job;
        this.settings = settings;
        this.time = time;
        this.onEvent = onEvent;
        Progress = progress;
    }

    private LocalProgress Progress { get; }

    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="progress">Kept up to date while it runs.</param>
    /// <param name="onEvent">Told of every decision, in order; null where nobody listens.</param>
    /// <param name="cancellation">Stops the job; nothing of it is left.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="JobFailedException">The job failed; the message says why.</exception>
    /// <exception cref="Sdk.JobException">The job cannot be defined as asked.</exception>
    /// <exception cref="StorageException">An input or the output is not as it should be.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public static LocalReport Run(
        LocalJob job, LocalSettings settings, LocalProgress? progress = null, Action<JobEvent>? onEvent = null, CancellationToken cancellation = default, TimeProvider? time = null)
        => new LocalRunner(job, settings, progress ?? new LocalProgress(), time ?? TimeProvider.System, onEvent).Run(cancellation);

    private LocalReport Run(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        // A leftover may hold a decision to commit, and then the output appears now.
        OutputFolder.CleanLeftovers(job.Output, settings.Participants);
        foreach (var folder in SpillPlaces) SpillFolder.CleanLeftovers(folder);
        OutputFolder.Check(job.Output, job.Inputs, settings.Overwrite);
        var id = new JobId(Guid.NewGuid());
        output = OutputFolder.Stage(job.Output, id.ToString());
        try
        {
            MakeSpillFolders(id);
            Define(id);
            using (cancellation.Register(Cancel)) RunSlots();
            return Finish(id, started, cancellation);
        }
        finally
        {
            // What a thread that would not stop still reads must stay.
            if (!abandoned) foreach (var stage in stages) stage.Dispose();
            foreach (var spill in spills) spill.Remove();
            if (GiveUp()) output.Remove();
        }
    }

    private void Define(JobId id)
    {
        var memory = settings.EffectiveMemoryOfSlot;
        if (settings.KeepInMemory) retained = new RetainedMemory(memory / 2 * settings.Slots);
        try
        {
            run = JobRun.Define(job.Create, new JobRequest(job.Name, job.Inputs, job.Arguments), new EngineSettings
            {
                TaskMemory = memory / 2,
                SplitBytes = settings.SplitBytes,
                Partitions = settings.Partitions,
                ScratchFolder = output.Scratch,
                Compression = settings.Compression,
                Key = settings.Encrypt ? DataKey.Random() : null,
                SkipBadRecords = settings.SkipBadRecords,
                Durable = settings.Durable,
                Combine = settings.Combine,
                Job = id.ToString(),
                Connections = settings.Connections,
            });
            commitment = new JobCommitment(id.ToString(), settings.Participants, run.Stores);
            if (commitment.HasStores) output.Note(Noted(null));
        }
        catch (EngineException exception)
        {
            throw new JobFailedException(exception.Error, exception.Message, exception);
        }
        state = new JobState(id, new JobRules { MaxFailures = settings.Attempts, MaxSkippedRecords = settings.SkipBadRecords, LeaseDuration = TimeSpan.FromDays(3650), AllowsSpeculation = false }, run.DependsOn);
        stages = [.. run.DependsOn.Select(_ => new StageWork())];
        Decide(new JobCommand.ClaimEpoch(OnlyEpoch));
    }

    private void RunSlots()
    {
        var threads = new Thread[Math.Max(1, settings.Slots)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(RunSlot, maxStackSize: 16 << 20) { Name = $"slot {i}", IsBackground = true };
            threads[i].Start();
        }
        foreach (var thread in threads) Await(thread);
        if (broken is not null) throw new JobFailedException(EngineError.Storage, $"{job.Name}: the engine itself failed: {broken.Message}{Environment.NewLine}{broken.StackTrace}", broken);
    }

    /// <summary>Waits for a slot to end; for user code that does not heed a cancellation, not for ever.</summary>
    private void Await(Thread slot)
    {
        while (!slot.Join(Patience) && !abandoned) abandoned = stop.IsCancellationRequested && !slot.Join(Patience);
    }

    private void RunSlot()
    {
        try
        {
            while (NextAttempt() is { } attempt) RunAttempt(attempt);
        }
        catch (Exception exception)
        {
            // A slot that dies must not leave the others waiting.
            lock (gate)
            {
                broken ??= exception;
                stop.Cancel();
                Monitor.PulseAll(gate);
            }
        }
    }

    private AttemptId? NextAttempt()
    {
        lock (gate)
        {
            while (broken is null && state.Phase is JobPhase.Running)
            {
                if (scheduler.Choose([state], Self, time.GetUtcNow()) is { } choice
                    && Decide(new JobCommand.Grant(choice.Task, Self)).OfType<JobEvent.AttemptStarted>().FirstOrDefault() is { } started) return started.Attempt;
                Monitor.Wait(gate);
            }
            return null;
        }
    }

    private void Cancel()
    {
        lock (gate)
        {
            Decide(new JobCommand.Cancel());
            stop.Cancel();
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Decides and applies; the only place where the brain changes. Needs the lock, but for the first command.</summary>
    private IReadOnlyList<JobEvent> Decide(JobCommand command)
    {
        var events = state.Decide(command, time.GetUtcNow());
        foreach (var @event in events)
        {
            state.Apply(@event);
            onEvent?.Invoke(@event);
        }
        foreach (var stage in state.FreedDatasets) stages[stage].FreeDatasets();
        return events;
    }

    private LocalReport Finish(JobId id, long started, CancellationToken cancellation)
    {
        switch (state.Phase)
        {
            case JobPhase.Cancelled:
                throw new OperationCanceledException(cancellation);
            case JobPhase.Failed failed:
                throw new JobFailedException(Errors.Of(failed.Failure.Reason), failed.Failure.Message);
        }
        var publishing = time.GetTimestamp();
        Progress.Begin("publish", 1, 0);
        var manifest = Publish(id);
        Decide(new JobCommand.ConfirmPublished(OnlyEpoch));
        totals.AddPhase("publish", time.GetElapsedTime(publishing));
        return totals.Report(output.Target, manifest, time.GetElapsedTime(started), state.FailedAttempts);
    }

    private OutputManifest Publish(JobId id)
    {
        var parts = stages.SelectMany(stage => stage.Parts).OrderBy(part => part.Name, StringComparer.Ordinal).ToList();
        var counters = run.Counters.Select((name, index) => (name, Count: index < state.Counters.Count ? state.Counters[index] : 0))
            .ToDictionary(counter => counter.name, counter => counter.Count);
        var manifest = new OutputManifest(id.ToString(), job.Name, run.Outputs, [.. parts.Select(part => new ManifestFile(part.Name, part.Length, part.Rows, part.Hash))], counters);
        List<CommitTicket> tickets = [.. parts.Select(part => FilesParticipant.Ticket(output.Target, part.PrivatePath, part.Name)), .. stages.SelectMany(stage => stage.Tickets)];
        commitment!.Commit(tickets, new FilesParticipant(output, manifest, settings.Overwrite, settings.Durable), () =>
        {
            decided = true;
            output.Note(Noted(tickets));
        });
        isCommitted = true;
        return manifest;
    }

    private IEnumerable<string> SpillPlaces => settings.SpillFolders.Select(Path.GetFullPath).Distinct();

    private void MakeSpillFolders(JobId id)
    {
        // Those that are made are removed, should the next refuse.
        var made = new List<SpillFolder>();
        spills = made;
        foreach (var folder in SpillPlaces) made.Add(SpillFolder.Make(folder, id.ToString()));
    }
}
