using System.Numerics;
using System.Runtime.InteropServices;

namespace MapReduce.Sdk;

/// <summary>The exact sum of decimals, rounded once at the end, so that no order of folding shows: neither in the digits nor in whether it overflows.</summary>
/// <remarks>
/// Decimals are integers of 96 bits over powers of ten. The state is their sum over the largest such power that came, which is also the number
/// of decimal places that the result shows, as with decimal's own addition. Encoded it is that power in a byte, and the integer's bytes,
/// two's complement, little-endian.
/// </remarks>
internal sealed class ExactDecimalSum : Aggregator<decimal, ExactDecimalSum.State, decimal>
{
    // 2^96 times 10^9 is below 2^126: the product fits in 128 bits with its sign, and may be added once.
    private const int MostPlacesAtOnce = 9;

    private static readonly Int128[] SmallPowers = [.. Enumerable.Range(0, MostPlacesAtOnce + 1).Select(places => (Int128)BigInteger.Pow(10, places))];
    private static readonly BigInteger Largest = (BigInteger.One << 96) - 1;

    /// <summary>The sum in units of 10^-<see cref="Places"/>: that of both numbers.</summary>
    internal struct State
    {
        /// <summary>What is summed at the speed of machine integers.</summary>
        public Int128 Small;

        /// <summary>What did not fit.</summary>
        public BigInteger Large;

        /// <summary>The most decimal places of any value, 0 to 28.</summary>
        public byte Places;
    }

    public override State Create() => default;

    public override void Add(ref State accumulator, decimal value)
    {
        if (value.Scale > accumulator.Places) Widen(ref accumulator, value.Scale);
        var missing = accumulator.Places - value.Scale;
        var units = Units(value);
        if (missing <= MostPlacesAtOnce) Add(ref accumulator, missing == 0 ? units : units * SmallPowers[missing]);
        else accumulator.Large += units * BigInteger.Pow(10, missing);
    }

    public override void Merge(ref State accumulator, State other)
    {
        if (other.Places > accumulator.Places) Widen(ref accumulator, other.Places);
        else if (other.Places < accumulator.Places) Widen(ref other, accumulator.Places);
        Add(ref accumulator, other.Small);
        if (!other.Large.IsZero) accumulator.Large += other.Large;
    }

    public override void Write(State accumulator, ByteWriter writer)
    {
        var total = Total(accumulator);
        var length = total.GetByteCount();
        var target = writer.GetSpan(1 + length);
        target[0] = accumulator.Places;
        total.TryWriteBytes(target[1..], out _);
        writer.Advance(1 + length);
    }

    public override State Read(ReadOnlySpan<byte> bytes)
    {
        var total = new BigInteger(bytes[1..]);
        return bytes.Length <= 16 ? new State { Places = bytes[0], Small = (Int128)total } : new State { Places = bytes[0], Large = total };
    }

    /// <exception cref="OverflowException">The sum is beyond the largest decimal.</exception>
    public override decimal Result(State accumulator)
    {
        var total = Total(accumulator);
        var magnitude = BigInteger.Abs(total);
        var places = (int)accumulator.Places;
        for (var dropped = 1; magnitude > Largest; dropped++)
        {
            // From the exact sum each time: to round what was rounded would be to round twice.
            if (dropped > places) throw new OverflowException($"The sum of the decimals is {magnitude / BigInteger.Pow(10, places) * total.Sign} in whole numbers, beyond the largest decimal, {decimal.MaxValue}. Sum smaller units, or double.");
            var rounded = Rounded(magnitude, BigInteger.Pow(10, dropped));
            if (rounded > Largest) continue;
            (magnitude, places) = (rounded, places - dropped);
        }
        Span<byte> parts = stackalloc byte[12];
        parts.Clear();
        magnitude.TryWriteBytes(parts, out _, isUnsigned: true);
        var numbers = MemoryMarshal.Cast<byte, int>(parts);
        return new decimal(numbers[0], numbers[1], numbers[2], total.Sign < 0, (byte)places);
    }

    public override int SizeOf(State accumulator) => 64 + (accumulator.Large.IsZero ? 0 : accumulator.Large.GetByteCount());

    private static void Add(ref State state, Int128 units)
    {
        var sum = unchecked(state.Small + units);
        if (((state.Small ^ sum) & (units ^ sum)) < 0)
        {
            state.Large += state.Small;
            sum = units;
        }
        state.Small = sum;
    }

    private static void Widen(ref State state, byte places)
    {
        if (state.Small != 0 || !state.Large.IsZero)
        {
            var total = Total(state) * BigInteger.Pow(10, places - state.Places);
            (state.Small, state.Large) = total.GetByteCount() < 16 ? ((Int128)total, BigInteger.Zero) : (Int128.Zero, total);
        }
        state.Places = places;
    }

    private static BigInteger Total(State state) => state.Large.IsZero ? state.Small : state.Large + state.Small;

    private static Int128 Units(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var magnitude = new Int128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        return parts[3] < 0 ? -magnitude : magnitude;
    }

    /// <summary>The quotient, half-way cases to the even number: as decimal's own addition rounds.</summary>
    private static BigInteger Rounded(BigInteger magnitude, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(magnitude, divisor, out var rest);
        var order = (rest * 2).CompareTo(divisor);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
