using System.Buffers.Binary;
using System.Numerics;

namespace MapReduce.Sdk;

/// <summary>The exact sum of doubles, rounded once at the end, so that no order of folding shows.</summary>
/// <remarks>
/// The state is a list of numbers whose bits do not overlap and whose sum is exact: J. R. Shewchuk, "Adaptive Precision Floating-Point
/// Arithmetic and Fast Robust Geometric Predicates", 1997, grow-expansion. Infinities and NaN are counted beside it, and numbers so large that
/// their partial sums could overflow are summed as an integer.
/// </remarks>
internal sealed class ExactSum : Aggregator<double, ExactSum.State, double>
{
    // Fewer than 2^53 numbers below 2^970 cannot overflow; those from there on are multiples of 2^918.
    private const int HugeUnitExponent = 918;
    private const int SmallestExponent = -1074;
    private const int MantissaBits = 53;
    private static readonly double HugeBound = Math.ScaleB(1, 970);

    /// <summary>The parts, smallest first, what is huge and what is not finite.</summary>
    internal struct State
    {
        public double[]? Parts;
        public int Count;

        /// <summary>The sum of the huge values in units of 2^918.</summary>
        public BigInteger Huge;

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
        if (Math.Abs(value) >= HugeBound)
        {
            accumulator.Huge += new BigInteger(Math.ScaleB(value, -HugeUnitExponent));
            return;
        }
        var parts = accumulator.Parts ??= new double[4];
        var kept = 0;
        for (var i = 0; i < accumulator.Count; i++)
        {
            var part = parts[i];
            var sum = value + part;
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
        accumulator.Huge += other.Huge;
        for (var i = 0; i < other.Count; i++) Add(ref accumulator, other.Parts![i]);
    }

    public override void Write(State accumulator, ByteWriter writer)
    {
        WriteDouble(accumulator.Special, writer);
        var huge = accumulator.Huge.IsZero ? [] : accumulator.Huge.ToByteArray();
        writer.Write((byte)huge.Length);
        writer.Write(huge);
        for (var i = 0; i < accumulator.Count; i++) WriteDouble(accumulator.Parts![i], writer);
    }

    public override State Read(ReadOnlySpan<byte> bytes)
    {
        var state = new State { Special = BinaryPrimitives.ReadDoubleLittleEndian(bytes) };
        var huge = bytes[9..(9 + bytes[8])];
        if (!huge.IsEmpty) state.Huge = new BigInteger(huge);
        var parts = bytes[(9 + huge.Length)..];
        state.Count = parts.Length / sizeof(double);
        state.Parts = new double[Math.Max(4, state.Count)];
        for (var i = 0; i < state.Count; i++) state.Parts[i] = BinaryPrimitives.ReadDoubleLittleEndian(parts[(sizeof(double) * i)..]);
        return state;
    }

    public override double Result(State accumulator)
    {
        if (accumulator.Special != 0) return accumulator.Special;
        if (!accumulator.Huge.IsZero) return RoundedWithHuge(accumulator);
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

    public override int SizeOf(State accumulator) => 48 + (sizeof(double) * (accumulator.Parts?.Length ?? 0));

    private static double RoundedWithHuge(State accumulator)
    {
        var total = accumulator.Huge << (HugeUnitExponent - SmallestExponent);
        for (var i = 0; i < accumulator.Count; i++) total += InSmallestUnits(accumulator.Parts![i]);
        var magnitude = BigInteger.Abs(total);
        var dropped = Math.Max(0, (int)magnitude.GetBitLength() - MantissaBits);
        var kept = magnitude >> dropped;
        if (dropped > 0)
        {
            var half = BigInteger.One << (dropped - 1);
            var order = (magnitude - (kept << dropped)).CompareTo(half);
            if (order > 0 || (order == 0 && !kept.IsEven)) kept++;
        }
        return total.Sign * Math.ScaleB((double)kept, dropped + SmallestExponent);
    }

    private static BigInteger InSmallestUnits(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & ((1L << 52) - 1);
        var magnitude = exponent == 0 ? mantissa : new BigInteger(mantissa | (1L << 52)) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }

    private static void WriteDouble(double value, ByteWriter writer)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(8), value);
        writer.Advance(8);
    }
}
