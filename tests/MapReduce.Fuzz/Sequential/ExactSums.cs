using System.Globalization;
using System.Numerics;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Sums of numbers as integers of any size: those of <c>double</c> and <c>decimal</c> are exact and rounded once (docs/writing-jobs.md), those of integers modulo their size.</summary>
internal static class ExactSums
{
    private const int SmallestExponent = -1074;
    private const int MantissaBits = 52;
    private static readonly BigInteger FiveToThat = BigInteger.Pow(5, -SmallestExponent);
    private static readonly BigInteger LargestDecimal = (BigInteger.One << 96) - 1;

    public static double Of(IEnumerable<double> values)
    {
        var special = 0.0;
        var total = BigInteger.Zero;
        foreach (var value in values)
        {
            if (double.IsFinite(value)) total += InSmallestUnits(value);
            else special += value;
        }
        if (special != 0) return special;
        // So many units of 2^-1074 are so many times 5^1074 units of 10^-1074; to read that text rounds it once.
        return double.Parse($"{(total * FiveToThat).ToString(CultureInfo.InvariantCulture)}E{SmallestExponent}", CultureInfo.InvariantCulture) + 0.0;
    }

    /// <exception cref="Refusal">It is beyond the largest decimal.</exception>
    public static decimal Of(IEnumerable<decimal> values)
    {
        var all = values.ToList();
        var places = all.Count == 0 ? 0 : all.Max(value => (int)value.Scale);
        var total = all.Aggregate(BigInteger.Zero, (sum, value) => sum + Units(value, places));
        for (var dropped = 0; dropped <= places; dropped++)
        {
            var rounded = Rounded(total, BigInteger.Pow(10, dropped));
            if (BigInteger.Abs(rounded) > LargestDecimal) continue;
            var digits = BigInteger.Abs(rounded).ToString(CultureInfo.InvariantCulture).PadLeft(places - dropped + 1, '0');
            var point = digits.Length - (places - dropped);
            return decimal.Parse($"{(rounded.Sign < 0 ? "-" : "")}{digits[..point]}{(point < digits.Length ? "." : "")}{digits[point..]}", NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        throw new Refusal("beyond the largest decimal");
    }

    /// <summary>The sum of integers of one type.</summary>
    public static object OfIntegers(IReadOnlyList<object?> values)
    {
        var sum = values.Aggregate(0UL, (total, value) => total + unchecked((ulong)(value is ulong large ? (long)large : Convert.ToInt64(value, CultureInfo.InvariantCulture))));
        return unchecked(values[0] switch
        {
            long => (object)(long)sum,
            int => (int)sum,
            short => (short)sum,
            sbyte => (sbyte)sum,
            byte => (byte)sum,
            ushort => (ushort)sum,
            uint => (uint)sum,
            _ => sum,
        });
    }

    private static BigInteger InSmallestUnits(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> MantissaBits);
        var mantissa = bits & ((1UL << MantissaBits) - 1);
        var units = exponent == 0 ? mantissa : (BigInteger)(mantissa | (1UL << MantissaBits)) << (exponent - 1);
        return double.IsNegative(value) ? -units : units;
    }

    private static BigInteger Units(decimal value, int places)
    {
        var bits = decimal.GetBits(value);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return (decimal.IsNegative(value) ? -magnitude : magnitude) * BigInteger.Pow(10, places - value.Scale);
    }

    /// <summary>The quotient, half-way cases to the even one.</summary>
    private static BigInteger Rounded(BigInteger total, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(total), divisor, out var rest);
        if (rest * 2 > divisor || (rest * 2 == divisor && !quotient.IsEven)) quotient++;
        return total.Sign * quotient;
    }
}
