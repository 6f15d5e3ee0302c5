namespace MapReduce.Sdk;

/// <summary>Histograms.</summary>
public static class Histogram
{
    /// <summary>How many values fall below each bound and not below the one before; the last number counts those not below any.</summary>
    /// <param name="bounds">Rising bounds; n of them make n + 1 counts.</param>
    public static Aggregator<double, long[]> Of(params double[] bounds)
    {
        for (var i = 1; i < bounds.Length; i++)
            if (!(bounds[i] > bounds[i - 1])) throw new JobException(JobError.Definition, $"The bounds of a histogram must rise, but {bounds[i]} follows {bounds[i - 1]}.");
        return new Counts([.. bounds]);
    }

    private sealed class Counts(double[] bounds) : Aggregator<double, long[], long[]>
    {
        private readonly Codec<long[]> codec = new CodecRegistry().Value<long[]>();

        public override long[] Create() => new long[bounds.Length + 1];

        public override void Add(ref long[] accumulator, double value)
        {
            var index = Array.BinarySearch(bounds, value);
            accumulator[index < 0 ? ~index : index + 1]++;
        }

        public override void Merge(ref long[] accumulator, long[] other)
        {
            for (var i = 0; i < accumulator.Length; i++) accumulator[i] += other[i];
        }

        public override void Write(long[] accumulator, ByteWriter writer) => codec.Write(accumulator, writer);

        public override long[] Read(ReadOnlySpan<byte> bytes) => codec.Read(bytes);

        public override long[] Result(long[] accumulator) => accumulator;

        public override int SizeOf(long[] accumulator) => 24 + (8 * accumulator.Length);
    }
}
