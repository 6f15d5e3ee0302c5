using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>Which jobs there are, and which reign it is: what the job master's own journal says.</summary>
public sealed class JobRegistry
{
    /// <summary>The version of records that this program writes, and the newest that it reads.</summary>
    public const int Version = 1;

    private readonly SortedDictionary<long, JobRecord> order = [];
    private readonly SortedDictionary<(long EndedAt, long Number), JobRecord> ended = [];
    private readonly Dictionary<string, JobRecord> jobs = [];
    private readonly Dictionary<(string Owner, string Token), JobRecord> tokens = [];
    private readonly SortedDictionary<string, JobSpec> staging = new(StringComparer.Ordinal);
    private long next;

    /// <summary>The reign.</summary>
    public Epoch Epoch { get; private set; }

    /// <summary>The nodes, as those who watch the cluster have been told.</summary>
    public NodeRegistry Nodes { get; } = new();

    /// <summary>The number of jobs.</summary>
    public int Count => jobs.Count;

    /// <summary>Jobs whose staging folders may be there, and which are not accepted.</summary>
    public IEnumerable<JobSpec> Staging => staging.Values;

    /// <summary>All jobs, newest first.</summary>
    public IEnumerable<JobRecord> Newest => order.Values.Reverse();

    /// <summary>All jobs, oldest first.</summary>
    public IEnumerable<JobRecord> Oldest => order.Values;

    /// <summary>The jobs that have ended, in the order of their ends.</summary>
    public IEnumerable<JobRecord> Ended => ended.Values;

    /// <summary>What those take.</summary>
    public HistorySize History { get; private set; }

    /// <summary>A job by its id.</summary>
    public JobRecord? Find(string id) => jobs.GetValueOrDefault(id);

    /// <summary>The job that was submitted before by the same owner with the token of another; null where there is none.</summary>
    public JobRecord? FindAgain(JobSpec spec) => spec.ClientToken.Length == 0 ? null : tokens.GetValueOrDefault(TokenOf(spec));

    /// <summary>A job by what a person types: its id, the beginning of one, or the name of the newest so called.</summary>
    public JobRecord? Resolve(string text)
    {
        if (Find(text) is { } exact) return exact;
        if (text.Length >= 4 && Newest.Where(job => job.Spec.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase)).Take(2).ToList() is [var only]) return only;
        return Newest.FirstOrDefault(job => string.Equals(job.Spec.Name, text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The name or id that is most like a text.</summary>
    public string? Nearest(string text)
        => Newest.SelectMany(job => (string[])[job.Spec.Name, job.Spec.Id]).Select(name => (name, Distance: Distance(name, text)))
            .Where(candidate => candidate.Distance <= Math.Max(2, text.Length / 3)).OrderBy(candidate => candidate.Distance).Select(candidate => candidate.name).FirstOrDefault();

    /// <summary>Applies a record of the journal.</summary>
    /// <exception cref="JournalException">A newer program wrote it.</exception>
    public void Apply(MasterRecord record)
    {
        if (record.Version > Version) throw Newer($"a record of version {record.Version}, and this program reads up to {Version}");
        switch (record.EventCase)
        {
            case MasterRecord.EventOneofCase.EpochClaimed:
                Epoch = new Epoch(record.EpochClaimed.Epoch);
                break;
            case MasterRecord.EventOneofCase.JobStaging:
                staging[record.JobStaging.Spec.Id] = record.JobStaging.Spec;
                break;
            case MasterRecord.EventOneofCase.JobAccepted:
                staging.Remove(record.JobAccepted.Spec.Id);
                var job = new JobRecord(next++, record.JobAccepted.Spec);
                jobs[job.Spec.Id] = order[job.Number] = job;
                if (job.Spec.ClientToken.Length > 0) tokens[TokenOf(job.Spec)] = job;
                break;
            case MasterRecord.EventOneofCase.JobEnded:
                if (!jobs.TryGetValue(record.JobEnded.Job, out var over)) break;
                TakeFromHistory(over);
                over.Phase = record.JobEnded.Phase;
                over.Tasks = record.JobEnded.Tasks;
                over.EndedAt = record.At;
                over.End = record.JobEnded;
                AddToHistory(over);
                break;
            case MasterRecord.EventOneofCase.JobForgotten:
                staging.Remove(record.JobForgotten.Job);
                if (!jobs.Remove(record.JobForgotten.Job, out var forgotten)) break;
                order.Remove(forgotten.Number);
                tokens.Remove(TokenOf(forgotten.Spec));
                TakeFromHistory(forgotten);
                break;
            case MasterRecord.EventOneofCase.JobChanged:
                if (jobs.TryGetValue(record.JobChanged.Job, out var changed)) changed.Phase = record.JobChanged.Phase;
                break;
            case MasterRecord.EventOneofCase.NodeChanged:
                Nodes.Apply(record.NodeChanged);
                break;
            default:
                throw Newer("a record of a kind that this program does not know");
        }
    }

    /// <summary>Applies what a snapshot says; the records after it follow.</summary>
    /// <exception cref="JournalException">A newer program wrote it.</exception>
    public void Apply(MasterSnapshot snapshot)
    {
        if (snapshot.Version > Version) throw Newer($"a snapshot of version {snapshot.Version}, and this program reads up to {Version}");
        foreach (var record in snapshot.Records) Apply(record);
    }

    /// <summary>The records that say the same as all that were applied.</summary>
    public MasterSnapshot Snapshot()
    {
        var snapshot = new MasterSnapshot { Version = Version };
        snapshot.Records.Add(new MasterRecord { Version = Version, EpochClaimed = new EpochClaimed { Epoch = Epoch.Value } });
        foreach (var job in Oldest)
        {
            snapshot.Records.Add(new MasterRecord { Version = Version, At = job.Spec.Submitted, JobAccepted = new JobAccepted { Spec = job.Spec } });
            if (!job.IsOver && job.Phase != JobRecord.Running) snapshot.Records.Add(new MasterRecord { Version = Version, JobChanged = new JobChanged { Job = job.Spec.Id, Phase = job.Phase } });
            if (job.End is { } end) snapshot.Records.Add(new MasterRecord { Version = Version, At = job.EndedAt, JobEnded = end });
        }
        snapshot.Records.Add(Staging.Select(spec => new MasterRecord { Version = Version, JobStaging = new JobStaging { Spec = spec } }));
        snapshot.Records.Add(Nodes.Snapshot().Select(changed => new MasterRecord { Version = Version, NodeChanged = changed }));
        return snapshot;
    }

    /// <summary>The same token of two owners is two jobs.</summary>
    internal static (string Owner, string Token) TokenOf(JobSpec spec) => (JobOwner.Of(spec), spec.ClientToken);

    private void AddToHistory(JobRecord job)
    {
        ended.Add((job.EndedAt, job.Number), job);
        History = History.With(job);
    }

    private void TakeFromHistory(JobRecord job)
    {
        if (ended.Remove((job.EndedAt, job.Number))) History = History.Without(job);
    }

    private static JournalException Newer(string what) => new($"The journal of the job master holds {what}. A newer version of the program has written it: run that version, or a newer one.");

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[right.Length];
    }
}

/// <summary>What the job master itself remembers of a job.</summary>
public sealed class JobRecord(long number, JobSpec spec)
{
    /// <summary>The place in the order of submission.</summary>
    public long Number { get; } = number;

    /// <summary>The job as it was submitted.</summary>
    public JobSpec Spec { get; } = spec;

    /// <summary>The phase of a job that has just been accepted.</summary>
    internal const string Running = "running";

    /// <summary>How it ended; while it has not, <c>running</c> or <c>committing</c>.</summary>
    public string Phase { get; set; } = Running;

    /// <summary>The number of its tasks, once it has ended.</summary>
    public int Tasks { get; set; }

    /// <summary>When it ended, in UTC ticks.</summary>
    public long EndedAt { get; set; }

    /// <summary>How it ended, and what was known of it then; null while it has not.</summary>
    public JobEnded? End { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsOver => EndedAt != 0;

    /// <summary>How many bytes it takes in the journal, about: what the job master itself has there, and, once it has ended, its events.</summary>
    public long Bytes => RecordBytes + (End?.JournalBytes ?? 0);

    /// <summary>How many bytes the job master itself knows of it.</summary>
    public long RecordBytes => Spec.CalculateSize() + (End?.CalculateSize() ?? 0);

    /// <summary>Whether it is one of those that a person looks for.</summary>
    /// <param name="search">A part of its name, id or output; empty for all.</param>
    /// <param name="phase">Its phase; empty for any.</param>
    /// <param name="owner">Whose it is; empty for anybody's.</param>
    public bool Matches(string search, string phase, string owner)
        => (phase.Length == 0 || Phase == phase)
            && (owner.Length == 0 || JobOwner.Of(Spec) == owner)
            && (search.Length == 0 || Has(Spec.Name, search) || Has(Spec.Output, search) || Spec.Id.StartsWith(search, StringComparison.OrdinalIgnoreCase));

    private static bool Has(string text, string search) => text.Contains(search, StringComparison.OrdinalIgnoreCase);
}
