namespace MapReduce.Sdk;

/// <summary>Another aggregator's folding with a result of its own.</summary>
internal sealed class SelectingAggregator<TValue, TAccumulator, TResult, TNew>(Aggregator<TValue, TAccumulator, TResult> inner, Func<TResult, TNew> select)
    : Aggregator<TValue, TAccumulator, TNew> where TValue : allows ref struct
{
    public override TAccumulator Create() => inner.Create();

    public override void Add(ref TAccumulator accumulator, scoped TValue value) => inner.Add(ref accumulator, value);

    public override void Merge(ref TAccumulator accumulator, TAccumulator other) => inner.Merge(ref accumulator, other);

    public override void Write(TAccumulator accumulator, ByteWriter writer) => inner.Write(accumulator, writer);

    public override TAccumulator Read(ReadOnlySpan<byte> bytes) => inner.Read(bytes);

    public override TNew Result(TAccumulator accumulator) => select(inner.Result(accumulator));

    public override int SizeOf(TAccumulator accumulator) => inner.SizeOf(accumulator);

    internal override Aggregator<TValue, TAccumulator, TNew> Bound(CodecRegistry codecs) => new SelectingAggregator<TValue, TAccumulator, TResult, TNew>(inner.Bound(codecs), select);
}

/// <summary>A 64-bit fold as an ordinary aggregator, for results that are not the state itself.</summary>
internal sealed class BoxedLongAggregator(LongFold fold) : Aggregator<long, long?, long>
{
    public override long? Create() => null;

    public override void Add(ref long? accumulator, long value) => accumulator = accumulator is { } some ? Fold(some, value) : value;

    public override void Merge(ref long? accumulator, long? other)
    {
        if (other is { } some) Add(ref accumulator, some);
    }

    public override void Write(long? accumulator, ByteWriter writer) => Int64Codec.Instance.Write(accumulator!.Value, writer);

    public override long? Read(ReadOnlySpan<byte> bytes) => Int64Codec.Instance.Read(bytes);

    public override long Result(long? accumulator) => accumulator!.Value;

    public override int SizeOf(long? accumulator) => 16;

    private long Fold(long left, long right) => fold switch
    {
        LongFold.Sum => unchecked(left + right),
        LongFold.Min => Math.Min(left, right),
        _ => Math.Max(left, right),
    };
}
