using System.Threading.Channels;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker.Tests;

/// <summary>Runs attempts as a test tells it to.</summary>
internal sealed class FakeRunner : IAttemptRunner
{
    private readonly Channel<Running> begun = Channel.CreateUnbounded<Running>();

    public long Bytes => 42;

    /// <summary>Completes when the executor was ended.</summary>
    public TaskCompletionSource ExecutorEnded { get; } = new();

    /// <summary>Completes when the runner was disposed of.</summary>
    public TaskCompletionSource Disposed { get; } = new();

    /// <summary>The next attempt that begins.</summary>
    public Running Next() => begun.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit).Result;

    public bool HasNext => begun.Reader.Count > 0;

    public async Task<Report> RunAsync(Grant grant, CancellationToken cancellation)
    {
        var running = new Running(grant, cancellation);
        await begun.Writer.WriteAsync(running, CancellationToken.None);
        return await running.Result.Task.WaitAsync(cancellation);
    }

    public Task EndExecutorAsync()
    {
        ExecutorEnded.TrySetResult();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    internal sealed record Running(Grant Grant, CancellationToken Cancellation)
    {
        public TaskCompletionSource<Report> Result { get; } = new();

        public void Succeed() => Result.SetResult(new Report { Job = Grant.Job, Attempt = Grant.Attempt, Made = new Protocol.Execution.Products() });
    }
}
