using System.Numerics;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>Sums.</summary>
public static class Sum
{
    /// <summary>The sum of numbers of type <typeparamref name="T"/>: integers modulo their size; <see cref="double"/> and <see cref="decimal"/> exactly, rounded once at the end.</summary>
    /// <exception cref="JobException">Sums of the type would depend on the order: sum them as <see cref="double"/>.</exception>
    public static Aggregator<T, T> Of<T>() where T : struct, INumber<T>
    {
        if (typeof(T) == typeof(long)) return (Aggregator<T, T>)(object)new LongAggregator(LongFold.Sum);
        if (typeof(T) == typeof(double)) return (Aggregator<T, T>)(object)new ExactSum();
        if (typeof(T) == typeof(decimal)) return (Aggregator<T, T>)(object)new ExactDecimalSum();
        if (typeof(T) == typeof(float) || typeof(T) == typeof(Half))
            throw new JobException(JobError.Definition, $"Sums of {typeof(T).Name} depend on the order of the values. Emit double, whose sums are exact.");
        return new NumberSum<T>();
    }

    /// <summary>The sums of both numbers of a pair, each as <see cref="Of{T}"/> sums it.</summary>
    public static Aggregator<(T1, T2), (T1, T2)> OfPairs<T1, T2>()
        where T1 : struct, INumber<T1>
        where T2 : struct, INumber<T2>
    {
        if (IsFloat(typeof(T1)) || IsFloat(typeof(T2))) throw new JobException(JobError.Definition, "Sums of pairs are for integers and decimals: others would depend on the order of the values.");
        if (Exact<T1>() is { } first) return Exact<T2>() is { } both ? Parts(first, both) : Parts(first, new NumberSum<T2>());
        return Exact<T2>() is { } second ? Parts(new NumberSum<T1>(), second) : new PairSum<T1, T2>();
    }

    private static Aggregator<T, ExactDecimalSum.State, T>? Exact<T>() => typeof(T) == typeof(decimal) ? (Aggregator<T, ExactDecimalSum.State, T>)(object)new ExactDecimalSum() : null;

    private static PartSums<T1, TState1, T2, TState2> Parts<T1, TState1, T2, TState2>(Aggregator<T1, TState1, T1> first, Aggregator<T2, TState2, T2> second) => new(first, second);

    private static bool IsFloat(Type type) => type == typeof(double) || type == typeof(float) || type == typeof(Half);

    private sealed class NumberSum<T> : Aggregator<T, T, T> where T : struct, INumber<T>
    {
        private Codec<T>? codec;

        private Codec<T> Codec => codec ??= new CodecRegistry().Value<T>();

        public override T Create() => T.Zero;

        public override void Add(ref T accumulator, T value) => accumulator = unchecked(accumulator + value);

        public override void Merge(ref T accumulator, T other) => accumulator = unchecked(accumulator + other);

        public override void Write(T accumulator, ByteWriter writer) => Codec.Write(accumulator, writer);

        public override T Read(ReadOnlySpan<byte> bytes) => Codec.Read(bytes);

        public override T Result(T accumulator) => accumulator;

        public override int SizeOf(T accumulator) => Unsafe.SizeOf<T>();

        internal override Aggregator<T, T, T> Bound(CodecRegistry codecs) => new NumberSum<T> { codec = codecs.Value<T>() };
    }

    private sealed class PairSum<T1, T2> : Aggregator<(T1, T2), (T1, T2), (T1, T2)>
        where T1 : struct, INumber<T1>
        where T2 : struct, INumber<T2>
    {
        private Codec<(T1, T2)>? codec;

        private Codec<(T1, T2)> Codec => codec ??= new CodecRegistry().Value<(T1, T2)>();

        public override (T1, T2) Create() => default;

        public override void Add(ref (T1, T2) accumulator, (T1, T2) value) => Merge(ref accumulator, value);

        public override void Merge(ref (T1, T2) accumulator, (T1, T2) other)
            => accumulator = unchecked((accumulator.Item1 + other.Item1, accumulator.Item2 + other.Item2));

        public override void Write((T1, T2) accumulator, ByteWriter writer) => Codec.Write(accumulator, writer);

        public override (T1, T2) Read(ReadOnlySpan<byte> bytes) => Codec.Read(bytes);

        public override (T1, T2) Result((T1, T2) accumulator) => accumulator;

        public override int SizeOf((T1, T2) accumulator) => Unsafe.SizeOf<(T1, T2)>();

        internal override Aggregator<(T1, T2), (T1, T2), (T1, T2)> Bound(CodecRegistry codecs) => new PairSum<T1, T2> { codec = codecs.Value<(T1, T2)>() };
    }

    /// <summary>Sums of which one has a state of its own.</summary>
    private sealed class PartSums<T1, TState1, T2, TState2>(Aggregator<T1, TState1, T1> first, Aggregator<T2, TState2, T2> second)
        : Aggregator<(T1, T2), (TState1, TState2), (T1, T2)>
    {
        public override (TState1, TState2) Create() => (first.Create(), second.Create());

        public override void Add(ref (TState1, TState2) accumulator, (T1, T2) value)
        {
            first.Add(ref accumulator.Item1, value.Item1);
            second.Add(ref accumulator.Item2, value.Item2);
        }

        public override void Merge(ref (TState1, TState2) accumulator, (TState1, TState2) other)
        {
            first.Merge(ref accumulator.Item1, other.Item1);
            second.Merge(ref accumulator.Item2, other.Item2);
        }

        public override void Write((TState1, TState2) accumulator, ByteWriter writer) => StatePair.Write(first, accumulator.Item1, second, accumulator.Item2, writer);

        public override (TState1, TState2) Read(ReadOnlySpan<byte> bytes) => StatePair.Read(first, second, bytes);

        public override (T1, T2) Result((TState1, TState2) accumulator) => (first.Result(accumulator.Item1), second.Result(accumulator.Item2));

        public override int SizeOf((TState1, TState2) accumulator) => first.SizeOf(accumulator.Item1) + second.SizeOf(accumulator.Item2);

        internal override Aggregator<(T1, T2), (TState1, TState2), (T1, T2)> Bound(CodecRegistry codecs) => new PartSums<T1, TState1, T2, TState2>(first.Bound(codecs), second.Bound(codecs));
    }
}
