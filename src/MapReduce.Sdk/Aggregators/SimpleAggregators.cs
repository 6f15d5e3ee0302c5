namespace MapReduce.Sdk;

/// <summary>Counts.</summary>
public static class Count
{
    /// <summary>The number of values of a key.</summary>
    public static Aggregator<TValue, long> Of<TValue>() => new ValueCount<TValue>();

    private sealed class ValueCount<TValue> : Aggregator<TValue, long, long>
    {
        public override long Create() => 0;

        public override void Add(ref long accumulator, TValue value) => accumulator++;

        public override void Merge(ref long accumulator, long other) => accumulator += other;

        public override void Write(long accumulator, ByteWriter writer) => Int64Codec.Instance.Write(accumulator, writer);

        public override long Read(ReadOnlySpan<byte> bytes) => Int64Codec.Instance.Read(bytes);

        public override long Result(long accumulator) => accumulator;

        public override int SizeOf(long accumulator) => 8;
    }
}

/// <summary>Means.</summary>
public static class Mean
{
    /// <summary>The mean of the values: their exact sum divided by their number, rounded twice in all.</summary>
    public static Aggregator<double, double> OfDouble() => new Means();

    private sealed class Means : Aggregator<double, (ExactSum.State Sum, long Count), double>
    {
        private readonly ExactSum sum = new();

        public override (ExactSum.State Sum, long Count) Create() => default;

        public override void Add(ref (ExactSum.State Sum, long Count) accumulator, double value)
        {
            sum.Add(ref accumulator.Sum, value);
            accumulator.Count++;
        }

        public override void Merge(ref (ExactSum.State Sum, long Count) accumulator, (ExactSum.State Sum, long Count) other)
        {
            sum.Merge(ref accumulator.Sum, other.Sum);
            accumulator.Count += other.Count;
        }

        public override void Write((ExactSum.State Sum, long Count) accumulator, ByteWriter writer)
        {
            Int64Codec.Instance.Write(accumulator.Count, writer);
            sum.Write(accumulator.Sum, writer);
        }

        public override (ExactSum.State Sum, long Count) Read(ReadOnlySpan<byte> bytes) => (sum.Read(bytes[8..]), Int64Codec.Instance.Read(bytes[..8]));

        public override double Result((ExactSum.State Sum, long Count) accumulator) => sum.Result(accumulator.Sum) / accumulator.Count;

        public override int SizeOf((ExactSum.State Sum, long Count) accumulator) => 8 + sum.SizeOf(accumulator.Sum);
    }
}
