using MapReduce.Api;
using MapReduce.Engine.Tasks;
using MapReduce.Local;
using MapReduce.Storage;

namespace MapReduce.Cli.Jobs;

/// <summary>What became of a job, put together from its events, in the form in which a run in this process reports.</summary>
internal sealed class JobHistory
{
    private readonly List<(string Phase, DateTimeOffset Ended)> phases = [];
    private readonly Dictionary<string, int> left = [];
    private DateTimeOffset? began;
    private int stages;

    public void Add(JobEventDetails @event)
    {
        began ??= @event.At;
        switch (@event.Event)
        {
            case "StagePlanned":
                var stage = stages++;
                left[$"s{stage}-m"] = @event.Maps ?? 0;
                left[$"s{stage}-r"] = @event.Reduces ?? 0;
                phases.Add(($"plan {stage + 1}", @event.At));
                break;
            case "AttemptSucceeded" when @event.Attempt is { } attempt:
                var kind = attempt[..(attempt.IndexOf('-', StringComparison.Ordinal) + 2)];
                if (left.TryGetValue(kind, out var count) && (left[kind] = count - 1) == 0) phases.Add(($"{(kind[^1] == 'm' ? "map" : "reduce")} {kind[1..^2]}", @event.At));
                break;
            case "MapOutputLost" or "PartDamaged" when @event.Attempt is { } lost:
                left[lost[..(lost.IndexOf('-', StringComparison.Ordinal) + 2)]]++;
                break;
            case "JobPublished":
                phases.Add(("publish", @event.At));
                break;
        }
    }

    public LocalReport Report(JobDetails details)
    {
        var durations = new List<(string, TimeSpan)>();
        var previous = details.Submitted;
        foreach (var (phase, ended) in phases)
        {
            durations.Add((phase, ended - previous));
            previous = ended;
        }
        return new LocalReport
        {
            Output = details.Output,
            Manifest = ManifestOf(details),
            Elapsed = (details.Ended ?? details.Submitted) - details.Submitted,
            InputBytes = details.InputBytes,
            InputRecords = details.InputRecords,
            ShuffleBytes = details.ShuffleBytes,
            SpilledBytes = details.SpilledBytes,
            SkippedRecords = details.SkippedRecords,
            Retries = details.FailedAttempts,
            Phases = durations,
            HotKeys = [.. details.HotKeys.Select(key => new HotKey(key.Key, key.Weight))],
        };
    }

    private static OutputManifest ManifestOf(JobDetails details)
    {
        var path = Path.Combine(details.Output, OutputFolder.ManifestName);
        // The output may be on storage that only the nodes see.
        return File.Exists(path) ? OutputManifest.Read(path) : new OutputManifest(details.Id, details.Name, [], [], details.Counters);
    }
}
