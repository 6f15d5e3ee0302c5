namespace MapReduce.Sdk;

/// <summary>Two aggregators over the same values.</summary>
public static class Both
{
    /// <summary>The results of <paramref name="first"/> and <paramref name="second"/>.</summary>
    public static Aggregator<TValue, (TFirst, TSecond)> Of<TValue, TFirst, TSecond>(Aggregator<TValue, TFirst> first, Aggregator<TValue, TSecond> second)
        where TValue : allows ref struct
        => first.Accept(new WithFirst<TValue, TFirst, TSecond>(second));

    private sealed class WithFirst<TValue, TFirst, TSecond>(Aggregator<TValue, TSecond> second) : IAggregatorVisitor<TValue, TFirst, Aggregator<TValue, (TFirst, TSecond)>>
        where TValue : allows ref struct
    {
        public Aggregator<TValue, (TFirst, TSecond)> Visit<TAccumulator>(Aggregator<TValue, TAccumulator, TFirst> aggregator)
            => second.Accept(new WithBoth<TValue, TAccumulator, TFirst, TSecond>(aggregator));
    }

    private sealed class WithBoth<TValue, TFirstState, TFirst, TSecond>(Aggregator<TValue, TFirstState, TFirst> first)
        : IAggregatorVisitor<TValue, TSecond, Aggregator<TValue, (TFirst, TSecond)>>
        where TValue : allows ref struct
    {
        public Aggregator<TValue, (TFirst, TSecond)> Visit<TAccumulator>(Aggregator<TValue, TAccumulator, TSecond> aggregator)
            => new Pair<TValue, TFirstState, TFirst, TAccumulator, TSecond>(first, aggregator);
    }

    private sealed class Pair<TValue, TFirstState, TFirst, TSecondState, TSecond>(
        Aggregator<TValue, TFirstState, TFirst> first, Aggregator<TValue, TSecondState, TSecond> second)
        : Aggregator<TValue, (TFirstState First, TSecondState Second), (TFirst, TSecond)> where TValue : allows ref struct
    {
        public override (TFirstState First, TSecondState Second) Create() => (first.Create(), second.Create());

        public override void Add(ref (TFirstState First, TSecondState Second) accumulator, scoped TValue value)
        {
            first.Add(ref accumulator.First, value);
            second.Add(ref accumulator.Second, value);
        }

        public override void Merge(ref (TFirstState First, TSecondState Second) accumulator, (TFirstState First, TSecondState Second) other)
        {
            first.Merge(ref accumulator.First, other.First);
            second.Merge(ref accumulator.Second, other.Second);
        }

        public override void Write((TFirstState First, TSecondState Second) accumulator, ByteWriter writer)
            => StatePair.Write(first, accumulator.First, second, accumulator.Second, writer);

        public override (TFirstState First, TSecondState Second) Read(ReadOnlySpan<byte> bytes) => StatePair.Read(first, second, bytes);

        public override (TFirst, TSecond) Result((TFirstState First, TSecondState Second) accumulator) => (first.Result(accumulator.First), second.Result(accumulator.Second));

        public override int SizeOf((TFirstState First, TSecondState Second) accumulator) => first.SizeOf(accumulator.First) + second.SizeOf(accumulator.Second);

        internal override Aggregator<TValue, (TFirstState First, TSecondState Second), (TFirst, TSecond)> Bound(CodecRegistry codecs)
            => new Pair<TValue, TFirstState, TFirst, TSecondState, TSecond>(first.Bound(codecs), second.Bound(codecs));
    }
}

/// <summary>The states of two aggregators one after the other: the length of the first in eight bytes, the first, the second.</summary>
internal static class StatePair
{
    public static void Write<TValue1, TState1, TResult1, TValue2, TState2, TResult2>(
        Aggregator<TValue1, TState1, TResult1> first, TState1 firstState, Aggregator<TValue2, TState2, TResult2> second, TState2 secondState, ByteWriter writer)
        where TValue1 : allows ref struct
        where TValue2 : allows ref struct
    {
        using var rented = ScratchWriter.Rent(out var scratch);
        first.Write(firstState, scratch);
        Int64Codec.Instance.Write(scratch.Length, writer);
        writer.Write(scratch.Written);
        second.Write(secondState, writer);
    }

    public static (TState1, TState2) Read<TValue1, TState1, TResult1, TValue2, TState2, TResult2>(
        Aggregator<TValue1, TState1, TResult1> first, Aggregator<TValue2, TState2, TResult2> second, ReadOnlySpan<byte> bytes)
        where TValue1 : allows ref struct
        where TValue2 : allows ref struct
    {
        var length = (int)Int64Codec.Instance.Read(bytes[..8]);
        return (first.Read(bytes.Slice(8, length)), second.Read(bytes[(8 + length)..]));
    }
}
