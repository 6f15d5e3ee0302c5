using System.Buffers.Binary;
using System.Numerics;

namespace MapReduce.Sdk;

/// <summary>The exact sum of any doubles.</summary>
/// <remarks>
/// A list of numbers whose bits do not overlap and whose sum is exact: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
/// Geometric Predicates", 1997, grow-expansion. Infinities and NaN are summed beside it, and numbers so large that their partial sums could overflow are
/// summed as an integer.
/// </remarks>
internal sealed class WideSum
{
    // Fewer than 2^53 numbers below 2^970 cannot overflow; those from there on are multiples of 2^918.
    private const int HugeUnitExponent = 918;
    private const int SmallestExponent = -1074;
    private const int MantissaBits = 53;
    private static readonly double HugeBound = Math.ScaleB(1, 970);

    // Smallest first.
    private double[] parts = [];
    private int count;

    // The sum of the huge values in units of 2^918.
    private BigInteger huge;

    // The sum of the values that are not finite; 0 where there are none.
    private double special;

    /// <summary>The bytes that the sum takes, about.</summary>
    public int Size => 96 + (sizeof(double) * parts.Length);

    /// <summary>Whether as many numbers of this kind as there can be may be added without overflow.</summary>
    public static bool IsOrdinary(double value) => Math.Abs(value) < HugeBound;

    /// <summary>Adds a number.</summary>
    public void Add(double value)
    {
        if (IsOrdinary(value)) Grow(value);
        else if (double.IsFinite(value)) huge += new BigInteger(Math.ScaleB(value, -HugeUnitExponent));
        else AddSpecial(value);
    }

    /// <summary>Adds another sum.</summary>
    public void Add(WideSum other)
    {
        if (other.special != 0) AddSpecial(other.special);
        huge += other.huge;
        for (var i = 0; i < other.count; i++) Add(other.parts[i]);
    }

    /// <summary>Appends the sum as numbers of 8 bytes; where some were huge, before these the length of the sum of the huge ones in a byte, and that sum, whose length is a multiple of 8.</summary>
    public void Write(ByteWriter writer)
    {
        if (special != 0)
        {
            // Whatever else there is does not show.
            WriteDouble(special, writer);
            return;
        }
        if (!huge.IsZero) WriteHuge(writer);
        for (var i = 0; i < count; i++) WriteDouble(parts[i], writer);
    }

    /// <summary>Reads the sum of the huge values, and leaves what follows it.</summary>
    public static WideSum ReadHuge(ref ReadOnlySpan<byte> bytes)
    {
        var sum = new WideSum { huge = new BigInteger(bytes.Slice(1, bytes[0])) };
        bytes = bytes[(1 + bytes[0])..];
        return sum;
    }

    /// <summary>The sum with two numbers more, rounded once.</summary>
    public double RoundedWith(double first, double second)
    {
        var sum = new WideSum { parts = [.. parts], count = count, huge = huge, special = special };
        sum.Add(first);
        sum.Add(second);
        return sum.Rounded();
    }

    private void Grow(double value)
    {
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var part = parts[i];
            var sum = value + part;
            if (Math.Abs(value) < Math.Abs(part)) (value, part) = (part, value);
            var error = part - (sum - value);
            if (error != 0) parts[kept++] = error;
            value = sum;
        }
        count = kept;
        if (value == 0) return;
        if (count == parts.Length) Array.Resize(ref parts, Math.Max(4, count * 2));
        parts[count++] = value;
    }

    /// <summary>All NaN become the same one: which of several an addition keeps depends on their order, and on the processor.</summary>
    private void AddSpecial(double value)
    {
        special += value;
        if (double.IsNaN(special)) special = double.NaN;
    }

    private double Rounded()
    {
        if (special != 0) return special;
        if (!huge.IsZero) return RoundedWithHuge();
        var next = count;
        if (next == 0) return 0;
        var high = parts[--next];
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

    private double RoundedWithHuge()
    {
        var total = huge << (HugeUnitExponent - SmallestExponent);
        for (var i = 0; i < count; i++) total += InSmallestUnits(parts[i]);
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
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(sizeof(double)), value);
        writer.Advance(sizeof(double));
    }

    private void WriteHuge(ByteWriter writer)
    {
        var length = (huge.GetByteCount() + sizeof(double) - 1) / sizeof(double) * sizeof(double);
        var target = writer.GetSpan(1 + length)[..(1 + length)];
        target.Fill(huge.Sign < 0 ? (byte)0xFF : (byte)0);
        target[0] = (byte)length;
        huge.TryWriteBytes(target[1..], out _);
        writer.Advance(1 + length);
    }
}
