using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine.Output;

/// <summary>Something of an attempt that is prepared when all else of the attempt has ended well.</summary>
internal interface IPreparable : IDisposable
{
    CommitTicket Prepare();
}

/// <summary>The share of one attempt in the rows of a store.</summary>
internal sealed class SinkPart<TKey, TValue> : IPreparable
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly RowSink<TKey, TValue> sink;
    private readonly RowSinkWriter<TKey, TValue> writer;
    private bool mayTakeBack;

    public SinkPart(RowSink<TKey, TValue> sink, StoreContext context)
    {
        this.sink = sink;
        try
        {
            writer = sink.Open(context);
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfOutput(exception);
        }
    }

    public void Write(scoped TKey key, scoped TValue value)
    {
        mayTakeBack = true;
        try
        {
            writer.Write(key, value);
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfOutput(exception);
        }
    }

    /// <summary>Keeps the rows written.</summary>
    public void Keep()
    {
        mayTakeBack = false;
        try
        {
            writer.Keep();
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfOutput(exception);
        }
    }

    /// <summary>Takes back the rows written since the last <see cref="Keep"/>.</summary>
    public void TakeBack()
    {
        if (!mayTakeBack) return;
        mayTakeBack = false;
        try
        {
            writer.TakeBack();
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfOutput(exception);
        }
    }

    public CommitTicket Prepare()
    {
        try
        {
            return new CommitTicket(sink.Participant, sink.Connection, writer.Prepare());
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfOutput(exception);
        }
    }

    public void Dispose() => writer.Dispose();
}

/// <summary>What the failure of a store means for an attempt.</summary>
internal static class StoreFailures
{
    public static EngineException OfOutput(StoreException exception) => new(exception.Error switch
    {
        StoreError.Unusable => EngineError.BadOutput,
        StoreError.Refused => EngineError.UserCode,
        _ => EngineError.Storage,
    }, exception.Message, exception);

    public static EngineException OfInput(StoreException exception)
        => new(exception.Error == StoreError.Unavailable ? EngineError.Storage : EngineError.BadInput, exception.Message, exception);

    /// <summary>While the first stage is planned, a store that does not answer is as good as none: better to say so before any work is done. Later the plan is tried again, as a task is.</summary>
    public static EngineException OfPlan(StoreException exception, bool isInput, bool isFirst)
        => new(exception.Error == StoreError.Unavailable && !isFirst ? EngineError.Storage : isInput ? EngineError.BadInput : EngineError.BadOutput, exception.Message, exception);
}
