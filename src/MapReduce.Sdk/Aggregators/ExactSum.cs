using System.Buffers.Binary;

namespace MapReduce.Sdk;

/// <summary>The exact sum of doubles, rounded once at the end, so that no order of folding shows.</summary>
/// <remarks>
/// The state is a list of numbers whose bits do not overlap and whose sum is exact: J. R. Shewchuk, "Adaptive Precision Floating-Point
/// Arithmetic and Fast Robust Geometric Predicates", 1997, grow-expansion. Infinities and NaN are counted beside it.
/// </remarks>
internal sealed class ExactSum : Aggregator<double, ExactSum.State, double>
{
    /// <summary>The parts, smallest first, and what is not finite.</summary>
    internal struct State
    {
        public double[]? Parts;
        public int Count;

        /// <summary>The sum of the values that are not finite; 0 where there are none.</summary>
        public double Special;
    }

    public override State Create() => default;

    public override void Add(ref State accumulator, double value)
    {
        if (!double.IsFinite(value))
        {
            accumulator.Special += value;
            return;
        }
        var parts = accumulator.Parts ??= new double[4];
        var kept = 0;
        for (var i = 0; i < accumulator.Count; i++)
        {
            var part = parts[i];
            var sum = value + part;
            if (!double.IsFinite(sum))
            {
                Overflow(ref accumulator, sum);
                return;
            }
            if (Math.Abs(value) < Math.Abs(part)) (value, part) = (part, value);
            var error = part - (sum - value);
            if (error != 0) parts[kept++] = error;
            value = sum;
        }
        if (kept == parts.Length) Array.Resize(ref accumulator.Parts, kept * 2);
        accumulator.Parts[kept] = value;
        accumulator.Count = kept + 1;
    }

    public override void Merge(ref State accumulator, State other)
    {
        accumulator.Special += other.Special;
        for (var i = 0; i < other.Count; i++) Add(ref accumulator, other.Parts![i]);
    }

    public override void Write(State accumulator, ByteWriter writer)
    {
        WriteDouble(accumulator.Special, writer);
        for (var i = 0; i < accumulator.Count; i++) WriteDouble(accumulator.Parts![i], writer);
    }

    public override State Read(ReadOnlySpan<byte> bytes)
    {
        var state = new State { Special = BinaryPrimitives.ReadDoubleLittleEndian(bytes), Count = (bytes.Length / 8) - 1 };
        state.Parts = new double[Math.Max(4, state.Count)];
        for (var i = 0; i < state.Count; i++) state.Parts[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * (i + 1))..]);
        return state;
    }

    public override double Result(State accumulator)
    {
        if (accumulator.Special != 0) return accumulator.Special;
        var parts = accumulator.Parts;
        var next = accumulator.Count;
        if (next == 0) return 0;
        var high = parts![--next];
        var low = 0.0;
        while (next > 0)
        {
            var before = high;
            var part = parts[--next];
            high = before + part;
            low = part - (high - before);
            if (low != 0) break;
        }
        // Half-way cases are decided by the parts below: the sum of two was rounded without them.
        if (next > 0 && ((low < 0 && parts[next - 1] < 0) || (low > 0 && parts[next - 1] > 0)))
        {
            var twice = low * 2;
            var rounded = high + twice;
            if (twice == rounded - high) high = rounded;
        }
        return high == 0 ? 0 : high;
    }

    public override int SizeOf(State accumulator) => 32 + (8 * (accumulator.Parts?.Length ?? 0));

    // Sums beyond the largest double are infinite, whichever partial sum finds out.
    private static void Overflow(ref State accumulator, double infinity)
    {
        accumulator.Special += infinity;
        accumulator.Count = 0;
    }

    private static void WriteDouble(double value, ByteWriter writer)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(8), value);
        writer.Advance(8);
    }
}
