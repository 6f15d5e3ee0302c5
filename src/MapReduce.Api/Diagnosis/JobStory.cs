namespace MapReduce.Api;

/// <summary>The events of a job, arranged for questions.</summary>
internal sealed class JobStory
{
    private static readonly string[] Blameless = ["WorkerLost", "FetchFailed"];

    private readonly Dictionary<string, JobEventDetails> starts = [];
    private readonly Dictionary<string, string> holders = [];
    private readonly List<Run> runs = [];

    public JobStory(IEnumerable<JobEventDetails> events, DateTimeOffset now)
    {
        foreach (var @event in events)
        {
            switch (@event.Event)
            {
                case "AttemptStarted":
                    starts[@event.Attempt!] = @event;
                    FirstStart ??= @event.At;
                    break;
                case "AttemptSucceeded":
                    holders[@event.Attempt!] = @event.Node!;
                    End(@event, won: true);
                    break;
                case "StagePlanned":
                    starts.Remove(@event.Attempt!);
                    break;
                case "MapOutputFound":
                    holders[@event.Attempt!] = @event.Node!;
                    break;
                case "AttemptRevoked":
                    starts.Remove(@event.Attempt!);
                    Revoked++;
                    break;
                case "AttemptFailed":
                    starts.Remove(@event.Attempt!);
                    Failures.Add(@event);
                    break;
                case "MapOutputLost":
                    LostOutputs.Add((@event, holders.GetValueOrDefault(@event.Attempt!)));
                    break;
                case "PartDamaged":
                    DamagedParts.Add(@event);
                    break;
                case "DatasetDamaged":
                    DamagedDatasets.Add(@event);
                    break;
                case "MapOutputDiffers":
                    Differences.Add(@event);
                    break;
                case "JobFailed":
                    End(@event);
                    break;
                case "EpochClaimed" when @event.Revision > 1:
                    Reigns++;
                    break;
            }
        }
        foreach (var (attempt, start) in starts) runs.Add(new Run(attempt, start.Node!, now - start.At, null, IsOver: false));
    }

    /// <summary>When the first attempt started.</summary>
    public DateTimeOffset? FirstStart { get; private set; }

    /// <summary>The event with which the job failed.</summary>
    public JobEventDetails? Failed { get; private set; }

    /// <summary>Attempts that failed or were lost, in order.</summary>
    public List<JobEventDetails> Failures { get; } = [];

    /// <summary>Map outputs that were lost, in order, and the nodes that had them.</summary>
    public List<(JobEventDetails Event, string? Holder)> LostOutputs { get; } = [];

    /// <summary>Finished tasks that ran again because files that they had prepared for the output were damaged, in order.</summary>
    public List<JobEventDetails> DamagedParts { get; } = [];

    /// <summary>Finished tasks that ran again because files that they had made for later stages were damaged, in order.</summary>
    public List<JobEventDetails> DamagedDatasets { get; } = [];

    /// <summary>Map tasks that ran again and made another output than before, which the job allows.</summary>
    public List<JobEventDetails> Differences { get; } = [];

    /// <summary>Attempts that ended because another at the same task counted, or the job was over.</summary>
    public int Revoked { get; private set; }

    /// <summary>How often another master has taken over.</summary>
    public int Reigns { get; private set; }

    /// <summary>Attempts that ended well, and those that run.</summary>
    public IReadOnlyList<Run> Runs => runs;

    /// <summary>The nodes that were lost while they worked for the job or held outputs for it, and when that is first known.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LostNodes => Failures.Where(failure => failure.Reason == "WorkerLost").Select(failure => (Node: failure.Node!, failure.At))
        .Concat(LostOutputs.Where(lost => lost.Holder is not null && lost.Event.IsLossOfNode).Select(lost => (Node: lost.Holder!, lost.Event.At)))
        .GroupBy(lost => lost.Node).ToDictionary(node => node.Key, node => node.Min(lost => lost.At));

    /// <summary>Whether a failure is the surroundings' fault.</summary>
    public static bool IsBlameless(JobEventDetails failure) => Blameless.Contains(failure.Reason);

    /// <summary>The task of an attempt: <c>s0-m00012</c> of <c>s0-m00012-a1</c>.</summary>
    public static string TaskOf(string attempt) => attempt.LastIndexOf("-a", StringComparison.Ordinal) is > 0 and var end ? attempt[..end] : attempt;

    /// <summary>The stage and the kind of a task: <c>s0-m</c> of <c>s0-m00012</c>.</summary>
    public static string GroupOf(string task) => task[..(task.IndexOf('-', StringComparison.Ordinal) + 2)];

    /// <summary>How people call a group of tasks.</summary>
    public static string NameOf(string group) => $"{(group[^1] switch { 'm' => "map", 'r' => "reduce", _ => "plan" })} tasks of stage {int.Parse(group[1..^2], System.Globalization.CultureInfo.InvariantCulture) + 1}";

    private void End(JobEventDetails ended, bool won = false)
    {
        if (!won) Failed = ended;
        else if (starts.Remove(ended.Attempt!, out var start)) runs.Add(new Run(ended.Attempt!, ended.Node!, ended.At - start.At, ended.BytesRead, IsOver: true));
    }

    /// <summary>An attempt that ended well, or runs.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Node">Where.</param>
    /// <param name="Took">How long, so far.</param>
    /// <param name="Bytes">What it read; null where that is not known.</param>
    /// <param name="IsOver">Whether it has ended.</param>
    internal sealed record Run(string Attempt, string Node, TimeSpan Took, long? Bytes, bool IsOver);
}
