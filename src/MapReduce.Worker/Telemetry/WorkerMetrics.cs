using System.Diagnostics.Metrics;
using MapReduce.Protocol.Telemetry;

namespace MapReduce.Worker.Telemetry;

/// <summary>The metrics of a node's slots, executors, shuffle and disk.</summary>
public sealed class WorkerMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "MapReduce.Worker";

    private readonly Meter meter;
    private readonly Histogram<double> attempts;
    private readonly Histogram<double> fetching;

    internal WorkerMetrics(WorkerNode node)
    {
        meter = new Meter(new MeterOptions(MeterName) { Scope = node });
        meter.CreateObservableGauge("mapreduce.slots", () => node.Settings.Slots, "{slot}", "Attempts that the node runs at a time.");
        meter.CreateObservableGauge("mapreduce.slots.busy", () => node.Running, "{slot}", "Attempts that the node runs now.");
        meter.CreateObservableGauge("mapreduce.node.draining", () => node.Draining ? 1 : 0, "{node}", "1 where the node takes no more work.");
        meter.CreateObservableGauge("mapreduce.node.epoch", () => node.Epochs.Highest, "{epoch}", "The highest epoch that the node has seen.");
        meter.CreateObservableCounter("mapreduce.input", Input.Measure, "By", "Bytes of input that map tasks have read.");
        meter.CreateObservableCounter("mapreduce.input.records", Records.Measure, "{record}", "Records of input that map tasks have read.");
        meter.CreateObservableCounter("mapreduce.output.rows", Rows.Measure, "{row}", "Rows that tasks have written.");
        meter.CreateObservableCounter("mapreduce.map.output", MapOutput.Measure, "By", "Bytes of map output that tasks have made.");
        meter.CreateObservableCounter("mapreduce.spill", Spilled.Measure, "By", "Bytes that tasks have written to temporary files for want of memory.");
        meter.CreateObservableCounter("mapreduce.shuffle.sent", Sent.Measure, "By", "Bytes of map output sent to reducers of other nodes.");
        meter.CreateObservableCounter("mapreduce.shuffle.fetched", Fetched.Measure, "By", "Bytes of map output fetched from other nodes.");
        meter.CreateObservableCounter("mapreduce.shuffle.shares", Shares.Measure, "{share}", "Shares of map outputs that reducers have got, by the way they took.");
        meter.CreateObservableCounter("mapreduce.shuffle.retries", Retries.Measure, "{request}", "Requests for map outputs that were sent again.");
        meter.CreateObservableCounter("mapreduce.executors.started", Started.Measure, "{process}", "Executors that took up a job.");
        meter.CreateObservableCounter("mapreduce.executors.failed", Broken.Measure, "{process}", "Executors that ended, or were ended, in the middle of an attempt, by reason.");
        meter.CreateObservableGauge("mapreduce.executors", () => Live.Count, "{process}", "Executors that serve a job.");
        meter.CreateObservableGauge("mapreduce.executors.memory", () => Live.Memory, "By", "Memory of the executors that serve a job.");
        meter.CreateObservableCounter("mapreduce.executors.cpu.time", () => Live.ProcessorSeconds, "s", "Processor time of executors.");
        meter.CreateObservableGauge("mapreduce.disk.free", () => Disk(node, drive => drive.AvailableFreeSpace), "By", "Free space where the node keeps its files.");
        meter.CreateObservableGauge("mapreduce.disk.size", () => Disk(node, drive => drive.TotalSize), "By", "Size of the disk where the node keeps its files.");
        attempts = meter.CreateLong("mapreduce.attempt.duration", "Attempts, from the grant to the report, by kind of task and outcome.");
        fetching = meter.CreateLong("mapreduce.shuffle.fetch.duration", "Fetching all that a reduce task needs.");
    }

    /// <summary>Bytes of map output sent to other nodes.</summary>
    public Tally Sent { get; } = new();

    internal Tally Input { get; } = new();

    internal Tally Records { get; } = new();

    internal Tally Rows { get; } = new();

    internal Tally MapOutput { get; } = new();

    internal Tally Spilled { get; } = new();

    internal Tally Fetched { get; } = new();

    internal Tally Shares { get; } = new("way");

    internal Tally Retries { get; } = new();

    internal Tally Started { get; } = new();

    internal Tally Broken { get; } = new("reason");

    internal LiveExecutors Live { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal void AttemptEnded(string kind, string outcome, TimeSpan duration) => attempts.Record(duration.TotalSeconds, new("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    internal void FetchEnded(TimeSpan duration) => fetching.Record(duration.TotalSeconds);

    private static IEnumerable<Measurement<long>> Disk(WorkerNode node, Func<DriveInfo, long> of)
    {
        try
        {
            return [new Measurement<long>(of(new DriveInfo(node.Settings.Folder)))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A disk that does not answer has no figures; attempts on it will say why.
            return [];
        }
    }
}
