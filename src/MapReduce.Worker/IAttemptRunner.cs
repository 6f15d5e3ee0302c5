using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>Runs the attempts of one slot, one at a time.</summary>
internal interface IAttemptRunner : IAsyncDisposable
{
    /// <summary>How many bytes the attempt has done.</summary>
    long Bytes { get; }

    /// <summary>Runs an attempt. Whatever happens to it becomes a report.</summary>
    /// <returns>The report, but for the slot and the epoch.</returns>
    /// <exception cref="OperationCanceledException">The attempt was to stop, and has.</exception>
    Task<Report> RunAsync(Grant grant, CancellationToken cancellation);

    /// <summary>Ends the executor, for the slot has nothing more to do for its job.</summary>
    Task EndExecutorAsync();
}
