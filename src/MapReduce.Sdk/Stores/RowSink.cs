namespace MapReduce.Sdk;

/// <summary>A store that takes the pairs of a dataset as rows, under the one commit of the job. Derive from it to write to a store of another kind.</summary>
/// <remarks>
/// Each attempt opens a writer and prepares what it wrote: from then on the store keeps it, invisible, through any crash, until the coordinator tells the
/// store's participant to commit or to give it up. The ticket that names it travels with the attempt's report into the journal.
/// </remarks>
public abstract class RowSink<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>The name of the participant that commits what is prepared here.</summary>
    public abstract string Participant { get; }

    /// <summary>The name of the connection to the store.</summary>
    public abstract string Connection { get; }

    /// <summary>What is written to, for messages.</summary>
    public abstract string Target { get; }

    /// <summary>Checks while the job is planned, before any work is done, that the store can take the rows.</summary>
    /// <param name="context">The job.</param>
    /// <param name="prepared">How many shares will be prepared on the connection at a time, as far as that is known.</param>
    /// <exception cref="StoreException">It cannot.</exception>
    public abstract void Check(StoreContext context, int prepared);

    /// <summary>Opens the share of one attempt.</summary>
    /// <exception cref="StoreException">The store does not answer, or cannot take it.</exception>
    public abstract RowSinkWriter<TKey, TValue> Open(StoreContext context);
}

/// <summary>The share of one attempt in the rows of a <see cref="RowSink{TKey, TValue}"/>. Disposed of unprepared, it is given up.</summary>
public abstract class RowSinkWriter<TKey, TValue> : IDisposable
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>Writes a row.</summary>
    /// <exception cref="StoreException">The store refuses it, or is away.</exception>
    public abstract void Write(scoped TKey key, scoped TValue value);

    /// <summary>Keeps the rows written so far: their record is good. Only called where <see cref="StoreContext.TakesBack"/>.</summary>
    /// <exception cref="StoreException">The store refuses them, or is away.</exception>
    public virtual void Keep()
    {
    }

    /// <summary>Takes back the rows written since the last <see cref="Keep"/>: their record is bad, and is skipped.</summary>
    /// <exception cref="StoreException">The store cannot do that, as one that does not override this.</exception>
    public virtual void TakeBack() => throw new StoreException(StoreError.Unusable,
        $"{GetType().Name} cannot take rows back, which a bad record demands that has written some before it failed. Run without --skip-bad, or override Keep and TakeBack in the store's writer.");

    /// <summary>Makes the share durable but invisible, to be committed or given up later by somebody else.</summary>
    /// <returns>The ticket by which the participant finds it.</returns>
    /// <exception cref="StoreException">The store refuses it, or is away.</exception>
    public abstract string Prepare();

    /// <summary>Ends the writer.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the writer; what is not prepared is given up.</summary>
    protected abstract void Dispose(bool disposing);
}
