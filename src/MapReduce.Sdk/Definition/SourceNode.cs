namespace MapReduce.Sdk;

/// <summary>Something that map tasks read, with the map functions that read it in one pass.</summary>
internal abstract class SourceNode(int order)
{
    /// <summary>The position among all sources of the job.</summary>
    public int Order { get; } = order;

    /// <summary>The channels that its map functions feed.</summary>
    public List<ChannelNode> Channels { get; } = [];

    /// <summary>The channel whose results it reads; null where it reads the input of the job.</summary>
    public virtual ChannelNode? Upstream => null;

    /// <summary>The files, folders and globs that it reads.</summary>
    public virtual IReadOnlyList<string> Patterns => [];

    public abstract void Accept(ISourceVisitor visitor);
}

/// <summary>A source of single records from files or ranges.</summary>
internal sealed class RecordSourceNode<TRecord>(int order, InputFormat<TRecord> format) : SourceNode(order)
    where TRecord : allows ref struct
{
    public InputFormat<TRecord> Format { get; } = format;

    public override IReadOnlyList<string> Patterns => Format.Inputs?.Patterns ?? [];

    /// <summary>Each binds a map function to the emitters of one task attempt.</summary>
    public List<Func<IMapBinder, RecordAction<TRecord>>> Mappers { get; } = [];

    public override void Accept(ISourceVisitor visitor) => visitor.Visit(this);
}

/// <summary>A source of the pairs that an earlier stage made.</summary>
internal sealed class DatasetSourceNode<TKey, TValue>(int order, DatasetNode<TKey, TValue> dataset) : SourceNode(order)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public DatasetNode<TKey, TValue> Dataset { get; } = dataset;

    public override ChannelNode? Upstream => Dataset.Channel;

    public List<Func<IMapBinder, PairAction<TKey, TValue>>> Mappers { get; } = [];

    public override void Accept(ISourceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Opens a source with its types.</summary>
internal interface ISourceVisitor
{
    void Visit<TRecord>(RecordSourceNode<TRecord> source) where TRecord : allows ref struct;

    void Visit<TKey, TValue>(DatasetSourceNode<TKey, TValue> source)
        where TKey : allows ref struct
        where TValue : allows ref struct;
}

/// <summary>What the engine offers to a map function that is about to run.</summary>
internal interface IMapBinder : IEmitters
{
    TaskContext Context { get; }

    IEmitter<TKey, TValue> Emitter<TKey, TValue>(ChannelNode<TKey, TValue> channel)
        where TKey : allows ref struct
        where TValue : allows ref struct;

    /// <summary>Takes a mapper that was made for the attempt, to dispose of it at the end where it is disposable.</summary>
    void Own(object mapper);

    /// <summary>Has <paramref name="close"/> run after the last record, in the order of the calls.</summary>
    void OnClose(Action close);
}
