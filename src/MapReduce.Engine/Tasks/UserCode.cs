using MapReduce.Engine.Input;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine.Tasks;

/// <summary>Tells what the author's code throws from what the engine throws, and names where it happened. One object serves one attempt at a task.</summary>
/// <param name="job">The job's name.</param>
/// <param name="stage">The stage, from 0.</param>
/// <param name="phase">The phase, as messages name it.</param>
/// <param name="cancellation">Cancels the attempt.</param>
internal sealed class UserCode(string job, int stage, string phase, CancellationToken cancellation)
{
    /// <summary>Whether an exception is the author's rather than the engine's. A task that the author's own code cancels is one of these, the end of the attempt is not.</summary>
    public bool Threw(Exception exception)
        => IsOfAuthor(exception, cancellation) && exception is not (JobException or StorageException);

    /// <summary>The failure of the attempt, outside of any record.</summary>
    /// <param name="where">What was done, to follow "This happened".</param>
    /// <param name="cause">What was thrown.</param>
    public EngineException Failure(string where, Exception cause) => new(
        EngineError.UserCode, $"{job}, stage {stage + 1}, {phase}: {cause.GetType().Name}: {cause.Message} This happened {where}.{Environment.NewLine}{cause.StackTrace}", cause);

    /// <summary>The failure of the attempt at a key.</summary>
    /// <param name="where">What was done, to stand between "This happened" and the key; empty where the phase says it.</param>
    /// <param name="key">The key's bytes.</param>
    /// <param name="read">Decodes it.</param>
    /// <param name="cause">What was thrown.</param>
    /// <param name="value">The number of the key's value that was at hand; negative where there is none.</param>
    public EngineException FailureAt<TKey>(string where, ReadOnlySpan<byte> key, KeyReading<TKey> read, Exception cause, long value = -1) where TKey : allows ref struct
        => Failure($"{where}{(where.Length > 0 ? " " : "")}at the key '{KeyText.Of(key, read)}'{(value < 0 ? "" : $", value {value}")}", cause);

    /// <summary>Whether an exception that left a record's map function is the record's fault.</summary>
    public static bool IsOfAuthor(Exception exception, CancellationToken cancellation)
        => exception is not (EngineException or ReadingEnded) && !(exception is OperationCanceledException && cancellation.IsCancellationRequested);
}

/// <summary>Makes the failure of an attempt at a key, given its bytes.</summary>
internal delegate EngineException FailureAtKey(ReadOnlySpan<byte> key, Exception cause);
