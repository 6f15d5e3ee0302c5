using System.Numerics;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>Sums.</summary>
public static class Sum
{
    /// <summary>The sum of numbers of type <typeparamref name="T"/>: integers modulo their size; <see cref="double"/> exactly, rounded once at the end.</summary>
    /// <exception cref="JobException">Sums of the type would depend on the order: sum them as <see cref="double"/>.</exception>
    public static Aggregator<T, T> Of<T>() where T : struct, INumber<T>
    {
        if (typeof(T) == typeof(long)) return (Aggregator<T, T>)(object)new LongAggregator(LongFold.Sum);
        if (typeof(T) == typeof(double)) return (Aggregator<T, T>)(object)new ExactSum();
        if (typeof(T) == typeof(float) || typeof(T) == typeof(Half))
            throw new JobException(JobError.Definition, $"Sums of {typeof(T).Name} depend on the order of the values. Emit double, whose sums are exact.");
        return new NumberSum<T>();
    }

    /// <summary>The sums of both numbers of a pair.</summary>
    public static Aggregator<(T1, T2), (T1, T2)> OfPairs<T1, T2>()
        where T1 : struct, INumber<T1>
        where T2 : struct, INumber<T2>
    {
        if (IsFloat(typeof(T1)) || IsFloat(typeof(T2))) throw new JobException(JobError.Definition, "Sums of pairs are for integers and decimals: others would depend on the order of the values.");
        return new PairSum<T1, T2>();
    }

    private static bool IsFloat(Type type) => type == typeof(double) || type == typeof(float) || type == typeof(Half);

    private sealed class NumberSum<T> : Aggregator<T, T, T> where T : struct, INumber<T>
    {
        private readonly Codec<T> codec = new CodecRegistry().Value<T>();

        public override T Create() => T.Zero;

        public override void Add(ref T accumulator, T value) => accumulator = unchecked(accumulator + value);

        public override void Merge(ref T accumulator, T other) => accumulator = unchecked(accumulator + other);

        public override void Write(T accumulator, ByteWriter writer) => codec.Write(accumulator, writer);

        public override T Read(ReadOnlySpan<byte> bytes) => codec.Read(bytes);

        public override T Result(T accumulator) => accumulator;

        public override int SizeOf(T accumulator) => Unsafe.SizeOf<T>();
    }

    private sealed class PairSum<T1, T2> : Aggregator<(T1, T2), (T1, T2), (T1, T2)>
        where T1 : struct, INumber<T1>
        where T2 : struct, INumber<T2>
    {
        private readonly Codec<(T1, T2)> codec = new CodecRegistry().Value<(T1, T2)>();

        public override (T1, T2) Create() => default;

        public override void Add(ref (T1, T2) accumulator, (T1, T2) value) => Merge(ref accumulator, value);

        public override void Merge(ref (T1, T2) accumulator, (T1, T2) other)
            => accumulator = unchecked((accumulator.Item1 + other.Item1, accumulator.Item2 + other.Item2));

        public override void Write((T1, T2) accumulator, ByteWriter writer) => codec.Write(accumulator, writer);

        public override (T1, T2) Read(ReadOnlySpan<byte> bytes) => codec.Read(bytes);

        public override (T1, T2) Result((T1, T2) accumulator) => accumulator;

        public override int SizeOf((T1, T2) accumulator) => Unsafe.SizeOf<(T1, T2)>();
    }
}
