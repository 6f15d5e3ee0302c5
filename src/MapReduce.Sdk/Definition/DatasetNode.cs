namespace MapReduce.Sdk;

/// <summary>The pairs that a channel ends in: written to outputs, read by later stages, or both.</summary>
internal abstract class DatasetNode
{
    /// <summary>The channel that makes the pairs.</summary>
    public required ChannelNode Channel { get; init; }

    /// <summary>Whether a later stage reads the pairs.</summary>
    public bool IsRead { get; set; }

    public abstract IReadOnlyList<OutputNode> Outputs { get; }

    /// <summary>The stores that the pairs are written to.</summary>
    public abstract IReadOnlyList<SinkNode> Sinks { get; }

    public abstract void Accept(IDatasetVisitor visitor);
}

internal sealed class DatasetNode<TKey, TValue>(Func<Codec<TKey>> keys, Func<Codec<TValue>> values) : DatasetNode
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>Asked for only where a later stage reads the pairs, so that results without a codec can still be written as text.</summary>
    public Codec<TKey> Keys => keys();

    public Codec<TValue> Values => values();

    public List<OutputNode<TKey, TValue>> TypedOutputs { get; } = [];

    public override IReadOnlyList<OutputNode> Outputs => TypedOutputs;

    public List<SinkNode<TKey, TValue>> TypedSinks { get; } = [];

    public override IReadOnlyList<SinkNode> Sinks => TypedSinks;

    public override void Accept(IDatasetVisitor visitor) => visitor.Visit(this);
}

/// <summary>Opens a dataset with its types.</summary>
internal interface IDatasetVisitor
{
    void Visit<TKey, TValue>(DatasetNode<TKey, TValue> node)
        where TKey : allows ref struct
        where TValue : allows ref struct;
}

/// <summary>One output of a dataset.</summary>
internal abstract class OutputNode(OutputTarget target)
{
    public OutputTarget Target { get; } = target;

    /// <summary>Whether each pair is a line of text that begins with the key.</summary>
    public abstract bool IsText { get; }

    /// <summary>The format of the pairs.</summary>
    public abstract Type FormatType { get; }
}

/// <summary>One output of a dataset with the format of its pairs.</summary>
internal sealed class OutputNode<TKey, TValue>(OutputTarget target, OutputFormat<TKey, TValue> format) : OutputNode(target)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public OutputFormat<TKey, TValue> Format { get; } = format;

    public override Type FormatType => Format.GetType();

    public override bool IsText => Format is TextFormat<TKey, TValue>;
}
