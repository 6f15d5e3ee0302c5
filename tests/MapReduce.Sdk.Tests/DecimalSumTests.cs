using System.Numerics;
using CsCheck;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>The sum of decimals is exact and rounded once, whatever is folded where, as the sum of a list of any order must be.</summary>
public sealed class DecimalSumTests
{
    private static readonly decimal[] Corners =
    [
        decimal.MaxValue, decimal.MinValue, 0.0000000000000000000000000001m, -0.0000000000000000000000000001m, 7.9228162514264337593543950335m,
        -7.9228162514264337593543950335m, 0.5m, 0.50m, 1, -1, 0, 0.0000m, 4294967296m, 18446744073709551616m,
    ];

    private static readonly Gen<decimal> Decimals = Gen.OneOf(
        Gen.Decimal,
        Gen.Decimal[-1_000_000, 1_000_000].Select(value => decimal.Round(value, 4)),
        Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Bool, Gen.Byte[0, 28]).Select((low, middle, high, isNegative, scale) => new decimal(low, middle, high, isNegative, scale)),
        Gen.Int[0, Corners.Length - 1].Select(index => Corners[index]));

    [Fact]
    public void Two_decimals_are_summed_as_by_addition()
        => Gen.Select(Decimals, Decimals).Sample((left, right) => Assert.Equal(Outcome(() => left + right), Outcome(() => Sum.Of<decimal>().Fold(left, right))), iter: 20_000);

    [Fact]
    public void No_order_of_folding_shows()
        => Gen.Select(Decimals.Array[1, 40], Gen.Int[1, 5], Gen.Int).Sample((values, states, seed) =>
        {
            var expected = Outcome(() => Rounded(values));
            Assert.Equal(expected, Outcome(() => Sum.Of<decimal>().Fold(values)));
            Assert.Equal(expected, Outcome(() => Sum.Of<decimal>().FoldDealt(values, states, new Random(seed))));
            var pairs = values.Select((value, index) => (value, values[values.Length - 1 - index])).ToArray();
            Assert.Equal(expected, Outcome(() => Sum.OfPairs<decimal, decimal>().FoldDealt(pairs, states, new Random(seed)).Item1));
            Assert.Equal(expected, Outcome(() => Sum.OfPairs<decimal, decimal>().FoldDealt(pairs, states, new Random(seed)).Item2));
            var counted = values.Select(value => (value, 1)).ToArray();
            Assert.Equal(expected, Outcome(() => Sum.OfPairs<decimal, int>().FoldDealt(counted, states, new Random(seed)).Item1));
            if (decimal.TryParse(expected, out _)) Assert.Equal(values.Length, Sum.OfPairs<int, decimal>().FoldDealt([.. counted.Select(pair => (pair.Item2, pair.value))], states, new Random(seed)).Item1);
        }, iter: 3000);

    [Fact]
    public void A_sum_may_pass_beyond_the_largest_decimal_on_its_way()
    {
        Assert.Equal(decimal.MaxValue, Sum.Of<decimal>().Fold(decimal.MaxValue, decimal.MaxValue, decimal.MinValue));
        Assert.Equal(0.0000000000000000000000000001m, Sum.Of<decimal>().Fold(decimal.MaxValue, 0.0000000000000000000000000001m, decimal.MinValue));
        var error = Assert.Throws<OverflowException>(() => Sum.Of<decimal>().Fold(decimal.MaxValue, decimal.MaxValue));
        Assert.Contains("158456325028528675187087900670", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_large_decimals_do_not_overflow_on_their_way()
    {
        var values = Enumerable.Repeat(decimal.MaxValue / 3, 100_000).SelectMany(value => (decimal[])[value, -value]).ToArray();
        Assert.Equal(0, Sum.Of<decimal>().Fold(values));
        Assert.Equal(100, Sum.Of<decimal>().FoldDealt([.. values, .. Enumerable.Repeat(1m, 100)], 7, new Random(5)));
    }

    /// <summary>The value with its decimal places, or the kind of failure.</summary>
    private static string Outcome(Func<decimal> sum)
    {
        try
        {
            var value = sum();
            return value == 0 ? $"0 with {value.Scale} places" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return "overflow";
        }
    }

    private static decimal Rounded(decimal[] values)
    {
        var places = values.Max(value => value.Scale);
        var exact = values.Aggregate(BigInteger.Zero, (sum, value) => sum + ((BigInteger)(value / new decimal(1, 0, 0, false, value.Scale)) * BigInteger.Pow(10, 28 - value.Scale)));
        for (int kept = places; kept >= 0; kept--)
        {
            var unit = BigInteger.Pow(10, 28 - kept);
            var quotient = BigInteger.DivRem(BigInteger.Abs(exact), unit, out var rest);
            if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven)) quotient++;
            if (quotient < BigInteger.One << 96) return new decimal((int)(uint)(quotient & uint.MaxValue), (int)(uint)((quotient >> 32) & uint.MaxValue), (int)(uint)(quotient >> 64), exact.Sign < 0, (byte)kept);
        }
        throw new OverflowException();
    }
}
