using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Checks;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>What the world itself knows of jobs, from the journal alone.</summary>
internal sealed partial class World
{
    private readonly SortedDictionary<string, Track> tracks = new(StringComparer.Ordinal);
    private readonly List<Track> order = [];
    private readonly Dictionary<string, string> tokens = [];

    /// <summary>The jobs that were accepted, in order.</summary>
    public IReadOnlyList<Track> Accepted => order;

    public Track TrackOf(string job) => tracks[job];

    public Ledger Ledger(string job) => tracks[job].Ledger;

    public SimulatedJob JobOf(string job) => tracks[job].Definition;

    public string NameOf(string job) => tracks.TryGetValue(job, out var track) ? track.Name : "a job";

    /// <summary>The number of the record of the last end of a job.</summary>
    public long LastEnd { get; private set; }

    /// <summary>How far the first job is that has not ended.</summary>
    public Moment? Moment
    {
        get
        {
            foreach (var track in order)
                if (!track.IsEnded) return track.Moment;
            return order.Count < plan.Jobs.Count ? Simulation.Plans.Moment.Accepting : null;
        }
    }

    /// <summary>A record of the master is in the journal, for good.</summary>
    public void OnDurable(MasterRecord record, Epoch writer)
    {
        Coverage.Count(record);
        switch (record.EventCase)
        {
            case MasterRecord.EventOneofCase.JobAccepted:
                var spec = record.JobAccepted.Spec;
                var number = int.Parse(spec.Name, System.Globalization.CultureInfo.InvariantCulture);
                if (!tokens.TryAdd(spec.ClientToken, spec.Id)) Violate("token", $"the jobs {tokens[spec.ClientToken]} and {spec.Id} have the same client token");
                tracks[spec.Id] = new Track(this, spec.Id, $"job {number}", new SimulatedJob(plan.Jobs[number], plan.Seed * 7 + number));
                order.Add(tracks[spec.Id]);
                Note($"job {number} is accepted in epoch {writer}");
                break;
            case MasterRecord.EventOneofCase.JobEnded:
                tracks[record.JobEnded.Job].IsEnded = true;
                LastEnd = Journal.Count(MasterShell.Stream);
                Note($"{NameOf(record.JobEnded.Job)} has ended: {record.JobEnded.Phase}");
                break;
        }
    }

    /// <summary>An event of a job is in the journal, for good.</summary>
    public void OnDurable(JobId job, JobEvent @event, Epoch writer)
    {
        var track = tracks[job.ToString()];
        Coverage.Count(@event);
        if (tells) Note($"{track.Name}: {Describe(@event)}");
        track.Ledger.Add(@event, writer);
        if (@event is JobEvent.CommitDecided) track.Deciding = 0;
    }

    public void OnPublished(JobSpec spec, Staging content) => tracks[spec.Id].Ledger.Published(content);

    /// <summary>An attempt begins to run.</summary>
    public void Ran(Grant grant, AttemptId attempt, Life life) => tracks[grant.Job].Ledger.Ran(attempt, life.Id);

    private static string Describe(JobEvent @event) => @event switch
    {
        JobEvent.EpochClaimed claimed => $"epoch {claimed.Epoch} is claimed",
        JobEvent.AttemptStarted started => $"{started.Attempt} is given to {started.Worker}",
        JobEvent.StagePlanned planned => $"{planned.Attempt} plans {planned.Maps} maps and {planned.Reduces} reduces",
        JobEvent.AttemptSucceeded succeeded => $"{succeeded.Attempt} counts",
        JobEvent.AttemptFailed failed => $"{failed.Attempt} fails: {failed.Failure.Reason}",
        JobEvent.AttemptRevoked revoked => $"{revoked.Attempt} is revoked",
        JobEvent.MapOutputLost lost => $"the output of {lost.Attempt} is lost",
        JobEvent.MapOutputFound found => $"the output of {found.Attempt} is found on {found.Worker}",
        JobEvent.PartDamaged damaged => $"the part of {damaged.Attempt} is damaged",
        JobEvent.DatasetDamaged damaged => $"the dataset of {damaged.Attempt} is damaged",
        JobEvent.CommitDecided => "the commit is decided",
        JobEvent.JobPublished => "the output is published",
        JobEvent.JobFailed failed => $"it fails: {failed.Failure.Message}",
        JobEvent.JobCancelled => "it is cancelled",
        _ => @event.GetType().Name,
    };
}

/// <summary>A job as the world sees it.</summary>
internal sealed class Track(World world, string job, string name, SimulatedJob definition)
{
    public string Job => job;

    public string Name => name;

    public SimulatedJob Definition => definition;

    public Ledger Ledger { get; } = new(world, name, definition);

    /// <summary>Reducers that fetch now.</summary>
    public int Fetching { get; set; }

    /// <summary>Parts that are written, and whose tasks are not done.</summary>
    public int Prepared { get; set; }

    /// <summary>Decisions that are being written.</summary>
    public int Deciding { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>Whether some master has found all parts whole: what is damaged from then on may keep the output from appearing.</summary>
    public bool IsChecked { get; set; }

    public void OnPartDamaged() => Ledger.MayBeRefused |= IsChecked;

    public Moment Moment
    {
        get
        {
            if (Ledger.HasEnded) return Simulation.Plans.Moment.Finishing;
            if (Ledger.Committed is not null) return Simulation.Plans.Moment.Publishing;
            if (Deciding > 0) return Simulation.Plans.Moment.Deciding;
            if (Ledger.Stage is not { } stage) return Simulation.Plans.Moment.Planning;
            if (!stage.MapsAreDone) return Simulation.Plans.Moment.Mapping;
            if (Prepared > Ledger.ReducesEnded) return Simulation.Plans.Moment.Preparing;
            return Fetching > 0 ? Simulation.Plans.Moment.Shuffling : Plans.Moment.Reducing;
        }
    }
}
