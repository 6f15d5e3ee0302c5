using MapReduce.Api;

namespace MapReduce.Cli.Tests;

/// <summary>The history of a job, told event by event, a second apart unless said otherwise.</summary>
internal sealed class JobEvents
{
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly List<JobEventDetails> events = [];
    private DateTimeOffset now = Start;
    private FailureDetails? failure;
    private string phase = "succeeded";

    public JobEvents() => Add("EpochClaimed");

    public IReadOnlyList<JobEventDetails> All => events;

    public JobDetails Details { get; init; } = new()
    {
        Id = "0123456789abcdef0123456789abcdef",
        Name = "Counting",
        Phase = "succeeded",
        Submitted = Start,
        Inputs = ["/data/in"],
        Output = "/data/out",
        Arguments = [],
        Stages = [],
        Counters = new Dictionary<string, long>(),
    };

    public List<NodeDetails> Nodes { get; } = [.. Enumerable.Range(1, 3).Select(node => new NodeDetails($"node-{node}", $"http://127.0.0.1:460{node}/", "up", 2, 0, false, false, node == 1))];

    public JobEvents After(double seconds)
    {
        now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public JobEvents Started(string attempt, string node = "node-1") => Add("AttemptStarted", attempt, node);

    public JobEvents Succeeded(string attempt, string node = "node-1", long? bytes = null) => Add("AttemptSucceeded", attempt, node, bytes: bytes);

    /// <summary>An attempt that ran so long.</summary>
    public JobEvents Ran(string attempt, double seconds, string node = "node-1", long? bytes = null)
    {
        Started(attempt, node);
        var began = now;
        now += TimeSpan.FromSeconds(seconds - 1);
        Succeeded(attempt, node, bytes);
        now = began;
        return this;
    }

    public JobEvents Failed(string attempt, string reason, string message, string node = "node-1") => Started(attempt, node).Add("AttemptFailed", attempt, node, reason, message);

    /// <summary>A started attempt fails.</summary>
    public JobEvents Fails(string attempt, string reason, string message, string node = "node-1") => Add("AttemptFailed", attempt, node, reason, message);

    /// <summary>Told in the same decision as the event before it.</summary>
    public JobEvents Lost(string map, string cause)
    {
        now -= TimeSpan.FromSeconds(1);
        return Add("MapOutputLost", map, message: cause);
    }

    /// <summary>What an attempt made for the output is damaged.</summary>
    public JobEvents Damaged(string attempt, string message, string node = "node-1") => Add("PartDamaged", attempt, node, "CorruptData", message);

    /// <summary>A map task that ran again made another output.</summary>
    public JobEvents Differs(string map, string message) => Add("MapOutputDiffers", map, message: message);

    /// <summary>The job fails, with the failure that came last.</summary>
    public JobEvents JobFails()
    {
        var last = events[^1];
        return JobFails(last.Attempt![..last.Attempt!.LastIndexOf('-')], last.Reason!, last.Message!);
    }

    public JobEvents JobFails(string task, string reason, string message)
    {
        phase = "failed";
        failure = new FailureDetails(reason, message, task);
        return Add("JobFailed", task, reason: reason, message: message);
    }

    public JobEvents Runs()
    {
        phase = "running";
        return this;
    }

    public Diagnosis Diagnose() => JobDiagnosis.Of(Details with { Phase = phase, Failure = failure, Revision = events.Count, Ended = phase == "running" ? null : now }, events, Nodes, now);

    private JobEvents Add(string name, string? attempt = null, string? node = null, string? reason = null, string? message = null, long? bytes = null)
    {
        now += TimeSpan.FromSeconds(1);
        events.Add(new JobEventDetails { Revision = events.Count + 1, Event = name, At = now, Attempt = attempt, Node = node, Reason = reason, Message = message, BytesRead = bytes });
        return this;
    }
}
