using System.Diagnostics;
using System.Diagnostics.Metrics;
using MapReduce.Protocol.Telemetry;

namespace MapReduce.Master;

/// <summary>What the job master knows of the cluster at a moment.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Jobs">Jobs that have not ended.</param>
/// <param name="Running">Attempts that run.</param>
/// <param name="Pending">Tasks that could run and wait for a slot.</param>
/// <param name="Nodes">Members by state.</param>
/// <param name="Quarantined">Nodes that get no work because attempts on them fail.</param>
public sealed record MasterFigures(long Epoch, int Jobs, int Running, int Pending, IReadOnlyDictionary<string, int> Nodes, int Quarantined);

/// <summary>The metrics of the job master. A node where it is not at the moment shows its counters only.</summary>
public sealed class MasterMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "MapReduce.Master";

    private readonly Meter meter;
    private readonly Tally submitted = new();
    private readonly Tally ended = new("phase");
    private readonly Tally succeeded = new("kind");
    private readonly Tally failed = new("kind", "reason");
    private readonly Tally remade = new();
    private readonly Tally damaged = new();
    private readonly Tally journalled = new();
    private readonly Histogram<double> scheduling;
    private readonly Histogram<double> writing;
    private volatile MasterFigures? figures;

    /// <summary>Makes the instruments.</summary>
    public MasterMetrics()
    {
        meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        meter.CreateObservableCounter("mapreduce.jobs.submitted", submitted.Measure, "{job}", "Jobs accepted.");
        meter.CreateObservableCounter("mapreduce.jobs.ended", ended.Measure, "{job}", "Jobs ended, by how.");
        meter.CreateObservableCounter("mapreduce.attempts.succeeded", succeeded.Measure, "{attempt}", "Attempts that count for their task, by kind of task.");
        meter.CreateObservableCounter("mapreduce.attempts.failed", failed.Measure, "{attempt}", "Attempts that failed or were lost, by kind of task and reason.");
        meter.CreateObservableCounter("mapreduce.outputs.lost", remade.Measure, "{output}", "Map outputs that were lost and are made again.");
        meter.CreateObservableCounter("mapreduce.parts.damaged", damaged.Measure, "{attempt}", "Attempts that run again because files that they had prepared for an output, or made for later stages, were damaged.");
        meter.CreateObservableCounter("mapreduce.journal.events", journalled.Measure, "{event}", "Events written to the journal.");
        scheduling = meter.CreateShort("mapreduce.scheduling.duration", "From a slot being offered to a job until its grant leaves, the write of the journal included.");
        writing = meter.CreateShort("mapreduce.journal.write.duration", "Writing a group of events to the journal.");
        meter.CreateObservableGauge("mapreduce.master.epoch", () => Figure(now => now.Epoch), "{epoch}", "The epoch of the master, on the node where it is.");
        meter.CreateObservableGauge("mapreduce.jobs.running", () => Figure(now => now.Jobs), "{job}", "Jobs that have not ended.");
        meter.CreateObservableGauge("mapreduce.tasks.running", () => Figure(now => now.Running), "{task}", "Attempts that run.");
        meter.CreateObservableGauge("mapreduce.tasks.pending", () => Figure(now => now.Pending), "{task}", "Tasks that could run and wait for a slot.");
        meter.CreateObservableGauge("mapreduce.nodes.quarantined", () => Figure(now => now.Quarantined), "{node}", "Nodes that get no work because attempts on them fail.");
        meter.CreateObservableGauge("mapreduce.nodes", Members, "{node}", "Members of the cluster, by state.");
    }

    /// <summary>A job is accepted.</summary>
    public void JobAccepted() => submitted.Add(1);

    /// <summary>A job has ended.</summary>
    public void JobEnded(string phase) => ended.Add(1, phase);

    /// <summary>An attempt counts for its task.</summary>
    public void AttemptSucceeded(string kind) => succeeded.Add(1, kind);

    /// <summary>An attempt failed or was lost.</summary>
    public void AttemptFailed(string kind, string reason) => failed.Add(1, kind, reason);

    /// <summary>A map output is lost.</summary>
    public void OutputLost() => remade.Add(1);

    /// <summary>What an attempt has prepared for an output, or made for later stages, is damaged.</summary>
    public void PartDamaged() => damaged.Add(1);

    /// <summary>A grant leaves.</summary>
    /// <param name="offered">The timestamp at which the slot was offered.</param>
    public void Granted(long offered) => scheduling.Record(Stopwatch.GetElapsedTime(offered).TotalSeconds);

    /// <summary>A group of events is written.</summary>
    /// <param name="begun">The timestamp at which writing began.</param>
    /// <param name="events">How many.</param>
    public void Journalled(long begun, int events)
    {
        journalled.Add(events);
        writing.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>How things are; null where the master is elsewhere.</summary>
    public void Observe(MasterFigures? now) => figures = now;

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<long>> Figure(Func<MasterFigures, long> of) => figures is { } now ? [new Measurement<long>(of(now))] : [];

    private IEnumerable<Measurement<long>> Members()
        => figures is { } now ? now.Nodes.Select(state => new Measurement<long>(state.Value, new KeyValuePair<string, object?>("state", state.Key))) : [];
}
