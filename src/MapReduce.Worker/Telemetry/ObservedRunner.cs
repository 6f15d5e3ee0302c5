using System.Diagnostics;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker.Telemetry;

/// <summary>Measures what another runner does, and spans each attempt.</summary>
internal sealed class ObservedRunner(IAttemptRunner inner, WorkerNode node) : IAttemptRunner
{
    /// <inheritdoc/>
    public long Bytes => inner.Bytes;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(Grant grant, CancellationToken cancellation)
    {
        var attempt = Wire.Read(grant.Attempt);
        var kind = attempt.Task.Kind.ToString().ToLowerInvariant();
        var begun = Stopwatch.GetTimestamp();
        using var span = Tracing.Continue($"{kind} attempt", ActivityKind.Consumer, grant.Trace);
        span?.SetTag("mapreduce.job", grant.Job).SetTag("mapreduce.task", attempt.Task.ToString()).SetTag("mapreduce.attempt", attempt.ToString())
            .SetTag("mapreduce.node", node.Settings.Node).SetTag("mapreduce.epoch", grant.Epoch);
        var outcome = "stopped";
        try
        {
            var report = await inner.RunAsync(grant, cancellation);
            outcome = report.Failed is null ? "succeeded" : "failed";
            if (report.Failed is { } failed)
            {
                span.Fail(failed.Kind.ToString(), failed.Message);
                if (failed.Kind is FailureKind.ExecutorExited or FailureKind.OutOfMemory or FailureKind.TimedOut or FailureKind.TooManyThreads) node.Metrics.Broken.Add(1, failed.Kind.ToString());
            }
            if (report.Made?.Totals is { } totals) Count(totals, attempt.Task.Kind, span);
            return report;
        }
        finally
        {
            span?.SetTag("mapreduce.outcome", outcome);
            node.Metrics.AttemptEnded(kind, outcome, Stopwatch.GetElapsedTime(begun));
        }
    }

    /// <inheritdoc/>
    public Task EndExecutorAsync() => inner.EndExecutorAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Count(Totals totals, TaskKind kind, System.Diagnostics.Activity? span)
    {
        if (totals.ReadsInput)
        {
            node.Metrics.Input.Add(totals.BytesRead);
            node.Metrics.Records.Add(totals.RecordsRead);
        }
        if (kind == TaskKind.Map) node.Metrics.MapOutput.Add(totals.ShuffleBytes);
        node.Metrics.Spilled.Add(totals.SpilledBytes);
        node.Metrics.Rows.Add(totals.RowsWritten);
        span?.SetTag("mapreduce.records_read", totals.RecordsRead).SetTag("mapreduce.bytes_read", totals.BytesRead).SetTag("mapreduce.bytes_shuffled", totals.ShuffleBytes)
            .SetTag("mapreduce.bytes_spilled", totals.SpilledBytes).SetTag("mapreduce.rows_written", totals.RowsWritten);
    }
}
