namespace MapReduce.Sdk;

/// <summary>One store that a dataset is written to.</summary>
internal abstract class SinkNode
{
    public abstract string Participant { get; }

    public abstract string Connection { get; }

    public abstract string Target { get; }

    public abstract void Check(StoreContext context, int prepared);
}

internal sealed class SinkNode<TKey, TValue>(RowSink<TKey, TValue> sink) : SinkNode
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public RowSink<TKey, TValue> Sink => sink;

    public override string Participant => sink.Participant;

    public override string Connection => sink.Connection;

    public override string Target => sink.Target;

    public override void Check(StoreContext context, int prepared) => sink.Check(context, prepared);
}
