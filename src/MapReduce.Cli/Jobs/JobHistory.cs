using System.Globalization;
using MapReduce.Api;
using MapReduce.Engine.Tasks;
using MapReduce.Local;
using MapReduce.Storage;

namespace MapReduce.Cli.Jobs;

/// <summary>What became of a job, put together from its events, in the form in which a run in this process reports.</summary>
internal sealed class JobHistory
{
    private readonly List<(string Phase, int? Stage, DateTimeOffset Ended)> phases = [];
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
                End("plan", stage, @event.At);
                break;
            case "AttemptSucceeded" when @event.Attempt is { } attempt:
                var kind = attempt[..(attempt.IndexOf('-', StringComparison.Ordinal) + 2)];
                if (left.TryGetValue(kind, out var count) && (left[kind] = count - 1) == 0) End(kind[^1] == 'm' ? "map" : "reduce", int.Parse(kind[1..^2], CultureInfo.InvariantCulture), @event.At);
                break;
            case "MapOutputLost" or "PartDamaged" or "DatasetDamaged" when @event.Attempt is { } lost:
                left[lost[..(lost.IndexOf('-', StringComparison.Ordinal) + 2)]]++;
                break;
            case "JobPublished":
                End("publish", null, @event.At);
                break;
        }
    }

    /// <summary>A phase is over: for good, unless something of it has to be made again.</summary>
    private void End(string phase, int? stage, DateTimeOffset at)
    {
        phases.RemoveAll(known => known.Phase == phase && known.Stage == stage);
        phases.Add((phase, stage, at));
    }

    public LocalReport Report(JobDetails details)
    {
        var durations = new List<PhaseTime>();
        var previous = details.Submitted;
        foreach (var (phase, stage, ended) in phases)
        {
            durations.Add(new PhaseTime(stage is null || stages == 1 ? phase : string.Create(CultureInfo.InvariantCulture, $"{phase} {stage + 1}/{stages}"), ended - previous));
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
