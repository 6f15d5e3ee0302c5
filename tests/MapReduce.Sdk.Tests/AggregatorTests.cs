using System.Globalization;
using System.Numerics;
using CsCheck;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>Every aggregator gives the same whatever is folded where: values are dealt to several states, encoded on the way, and merged in any order.</summary>
public sealed class AggregatorTests
{
    private static readonly double[] Corners = [1e308, -1e308, 1.7e308, -1.7e308, 1e-320, -1e-320, 1e16, 1, -1, double.Epsilon, 9.98e291, 9.979e291];

    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Double[-1000, 1000], Gen.Double.Where(double.IsFinite), Gen.Int[0, Corners.Length - 1].Select(index => Corners[index]));

    [Fact]
    public void The_sum_of_doubles_is_exact_and_rounded_once()
        => Check((Aggregator<double, ExactSum.State, double>)Sum.Of<double>(), Doubles, ExactRounded, Equal);

    [Fact]
    public void A_sum_may_pass_beyond_the_largest_double_on_its_way()
    {
        var sum = (Aggregator<double, ExactSum.State, double>)Sum.Of<double>();
        Assert.Equal(1e308, Fold(sum, [1e308, 1e308, -1e308]));
        Assert.Equal(double.PositiveInfinity, Fold(sum, [1e308, 1e308]));
        Assert.Equal(5e-324, Fold(sum, [1e308, 5e-324, -1e308]));
        Assert.Equal(double.NaN, Fold(sum, [double.PositiveInfinity, 1, double.NegativeInfinity]));
        Assert.Equal(double.NegativeInfinity, Fold(sum, [1, double.NegativeInfinity, 1e308]));
        Assert.Equal(0, Fold(sum, []));
    }

    [Fact]
    public void A_sum_has_no_sign_where_it_is_zero_and_one_NaN_whatever_came()
    {
        var sum = (Aggregator<double, ExactSum.State, double>)Sum.Of<double>();
        Equal(0.0, Fold(sum, [-0.0]));
        Equal(0.0, Fold(sum, [-0.0, -0.0]));
        Equal(0.0, Fold(sum, [1e-320, -1e-320]));
        Equal(0.0, Fold(sum, [1.7e308, 1, -1.7e308, -1]));
        var others = new[] { BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001), BitConverter.Int64BitsToDouble(-2), double.PositiveInfinity };
        Equal(double.NaN, Fold(sum, others));
        Equal(double.NaN, Fold(sum, others.Reverse()));
        Equal(double.NaN, Fold(sum, [double.NegativeInfinity, 1, double.PositiveInfinity]));
    }

    [Theory]
    [InlineData(0, new[] { 0.0 })]
    [InlineData(0, new[] { 1.0, -1.0 })]
    [InlineData(8, new[] { 0.1 })]
    [InlineData(8, new[] { 1.0, 2.0, 3.0 })]
    [InlineData(8, new[] { 1e300, 1.0, -1e300 })]
    [InlineData(16, new[] { 0.1, 0.2, 0.3 })]
    [InlineData(24, new[] { 1e40, 1.0, 1e-40 })]
    [InlineData(8, new[] { double.PositiveInfinity })]
    public void A_sum_travels_as_a_double_where_it_is_one(int length, double[] values)
    {
        var sum = (Aggregator<double, ExactSum.State, double>)Sum.Of<double>();
        var writer = new ByteWriter();
        sum.Write(FoldInto(sum, values), writer);
        Assert.Equal(length, writer.Length);
    }

    [Fact]
    public void The_state_of_a_sum_refers_to_nothing_where_two_doubles_hold_it()
    {
        var sum = (Aggregator<double, ExactSum.State, double>)Sum.Of<double>();
        var random = new Random(1);
        Assert.Null(FoldInto(sum, Enumerable.Range(0, 100_000).Select(_ => (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(20)))).Rest);
    }

    [Fact]
    public void The_mean_is_the_exact_sum_divided_once()
        => Check((Aggregator<double, (ExactSum.State, long), double>)Mean.OfDouble(), Doubles, values => ExactRounded(values) / values.Count, Equal);

    [Fact]
    public void Integers_are_summed_modulo_their_size()
    {
        Check((Aggregator<int, int, int>)Sum.Of<int>(), Gen.Int, values => values.Aggregate(0, (left, right) => unchecked(left + right)));
        Check((Aggregator<(long, long), (long, long), (long, long)>)Sum.OfPairs<long, long>(), Gen.Select(Gen.Long, Gen.Long),
            values => values.Aggregate((0L, 0L), (left, right) => unchecked((left.Item1 + right.Item1, left.Item2 + right.Item2))));
    }

    [Fact]
    public void Values_are_counted() => Check((Aggregator<string, long, long>)Count.Of<string>(), Gen.String, values => values.Count);

    [Fact]
    public void The_smallest_and_the_largest_are_found_in_the_order_of_keys()
    {
        Check((Aggregator<double, byte[]?, double>)Min.Of<double>(), Gen.Double[-1e9, 1e9], values => values.Min());
        Check((Aggregator<int, byte[]?, int>)Max.Of<int>(), Gen.Int, values => values.Max());
    }

    [Fact]
    public void A_histogram_counts_by_its_bounds()
        => Assert.Equal([1, 2, 1], Fold((Aggregator<double, long[], long[]>)Histogram.Of(0, 10), [-1, 0, 9.9, 10]));

    [Fact]
    public void The_top_items_are_the_heaviest_and_of_equal_ones_the_first_by_bytes()
        => Check(
            (Aggregator<(long, string), List<(long, string)>, (long, string)[]>)TopK.Of(5),
            Gen.Select(Gen.Long[0, 4], Gen.Char['a', 'e'].Array[1, 2].Select(letters => new string(letters))),
            values => values.OrderByDescending(value => value.Item1).ThenBy(value => value.Item2, StringComparer.Ordinal).Take(5).ToArray());

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(3000)]
    [InlineData(200_000)]
    public void Distinct_values_are_counted_to_a_few_percent(int distinct)
    {
        var values = Enumerable.Range(0, distinct).SelectMany(i => (string[])[$"value {i}", $"value {i / 2}"]).ToList();
        var counted = FoldAny(DistinctCount.Of<string>(), values);
        Assert.InRange(counted, distinct * 0.97, distinct * 1.03);
    }

    [Fact]
    public void Two_results_come_of_one_pass()
        => Check(
            (Aggregator<double, (ExactSum.State, byte[]?), (double, double)>)Both.Of(Sum.Of<double>(), Max.Of<double>()),
            Gen.Double[-100, 100], values => (ExactRounded(values), values.Max()));

    [Fact]
    public void Any_two_aggregators_over_the_same_values_go_together()
    {
        Assert.Equal((1.5, 3), Both.Of(Min.Of<double>(), Max.Of<double>()).Fold(2, 1.5, 3));
        Assert.Equal((6, (3, "1 to 3")), Both.Of(Sum.Of<long>(), Both.Of(Count.Of<long>(), Both.Of(Min.Of<long>(), Max.Of<long>()).Select(ends => $"{ends.Item1} to {ends.Item2}"))).Fold(3, 1, 2));
        Assert.Equal(("6", 2), Both.Of(Sum.Of<long>().Select(sum => $"{sum}"), Min.Of<long>()).Fold(2, 4));
        Assert.Equal(2, Both.Of(new LongestOf(), DistinctCount.Of<string>()).Fold("a", "bb", "a").Item2);
        Assert.NotNull(Both.Of(DistinctValues.OfUtf8(), DistinctValues.OfUtf8().Select(texts => texts.Count)));
    }

    [Fact]
    public void Sums_that_would_depend_on_the_order_are_refused()
    {
        Assert.Contains("double", Assert.Throws<JobException>(() => Sum.Of<float>()).Message, StringComparison.Ordinal);
        Assert.Throws<JobException>(() => Sum.OfPairs<long, double>());
    }

    private sealed class LongestOf : Aggregator<string, int, int>
    {
        public override int Create() => 0;

        public override void Add(ref int accumulator, string value) => accumulator = Math.Max(accumulator, value.Length);

        public override void Merge(ref int accumulator, int other) => accumulator = Math.Max(accumulator, other);

        public override void Write(int accumulator, ByteWriter writer) => new CodecRegistry().Value<int>().Write(accumulator, writer);

        public override int Read(ReadOnlySpan<byte> bytes) => new CodecRegistry().Value<int>().Read(bytes);

        public override int Result(int accumulator) => accumulator;
    }

    private static void Check<TValue, TAccumulator, TResult>(
        Aggregator<TValue, TAccumulator, TResult> aggregator, Gen<TValue> values, Func<IReadOnlyList<TValue>, TResult> expected, Action<TResult, TResult>? equal = null)
        => Gen.Select(values.Array[1, 40], Gen.Int[1, 5], Gen.Int).Sample((folded, states, seed) =>
        {
            var random = new Random(seed);
            var shuffled = folded.ToArray();
            random.Shuffle(shuffled);
            var parts = Enumerable.Range(0, states).Select(state => shuffled.Where((_, index) => index % states == state)).Where(part => part.Any()).ToArray();
            random.Shuffle(parts);
            var merged = Encoded(aggregator, FoldInto(aggregator, parts[0]));
            foreach (var part in parts[1..]) aggregator.Merge(ref merged, Encoded(aggregator, FoldInto(aggregator, part)));
            (equal ?? ((left, right) => Assert.Equal(left, right)))(expected(folded), aggregator.Result(merged));
        }, iter: 1500);

    private static TResult Fold<TValue, TAccumulator, TResult>(Aggregator<TValue, TAccumulator, TResult> aggregator, IEnumerable<TValue> values)
        => aggregator.Result(FoldInto(aggregator, values));

    private static TAccumulator FoldInto<TValue, TAccumulator, TResult>(Aggregator<TValue, TAccumulator, TResult> aggregator, IEnumerable<TValue> values)
    {
        var state = aggregator.Create();
        foreach (var value in values) aggregator.Add(ref state, value);
        return state;
    }

    private static TResult FoldAny<TValue, TResult>(Aggregator<TValue, TResult> aggregator, IEnumerable<TValue> values)
        => Fold((dynamic)aggregator, values);

    [Fact]
    public void The_size_of_a_state_is_no_less_than_what_it_holds()
    {
        var heaviest = (Aggregator<(long, string), List<(long, string)>, (long, string)[]>)TopK.Of(3);
        var top = heaviest.Create();
        heaviest.Add(ref top, (1, new string('x', 100_000)));
        Assert.True(heaviest.SizeOf(top) >= 200_000);

        var counts = (Aggregator<long, DistinctCount.Sketch, long>)DistinctCount.Of<long>();
        var sketch = counts.Create();
        for (var value = 1; value <= 1000; value++)
        {
            counts.Add(ref sketch, value);
            // A set takes sixteen bytes for each hash and four for its place.
            Assert.True(counts.SizeOf(sketch) >= (sketch.Registers?.Length ?? 20 * value));
        }
    }

    [Fact]
    public void Equally_heavy_items_are_in_the_order_of_the_bytes_that_a_sort_would_see()
    {
        string[] pieces = ["a", "\uD83D", "\uDE00", "\uD83D\uDE00", "\uD800", "\uDFFF", "\uE000", "\uFFFF"];
        var items = (from first in pieces from second in pieces from third in pieces select first + second + third).Distinct().ToArray();
        var codec = new CodecRegistry().Key<string>();
        var ordered = items.OrderBy(item => Convert.ToHexString(Written(item)), StringComparer.Ordinal);
        Assert.Equal(ordered, FoldAny(TopK.Of(items.Length), items.Select(item => (1L, item))).Select(pair => pair.Item2));

        byte[] Written(string item)
        {
            var writer = new ByteWriter();
            codec.Write(item, writer);
            return writer.Written.ToArray();
        }
    }

    private static TAccumulator Encoded<TValue, TAccumulator, TResult>(Aggregator<TValue, TAccumulator, TResult> aggregator, TAccumulator state)
    {
        Assert.True(aggregator.SizeOf(state) > 0);
        var writer = new ByteWriter();
        aggregator.Write(state, writer);
        return aggregator.Read(writer.Written);
    }

    private static void Equal(double expected, double actual) => Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));

    /// <summary>The sum as a decimal with all its digits, which the parser rounds once.</summary>
    private static double ExactRounded(IReadOnlyList<double> values)
    {
        var total = values.Aggregate(BigInteger.Zero, (sum, value) => sum + InSmallestUnits(value));
        return total.IsZero ? 0 : double.Parse($"{total * BigInteger.Pow(5, 1074)}E-1074", CultureInfo.InvariantCulture);
    }

    private static BigInteger InSmallestUnits(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7FF);
        var mantissa = bits & (1L << 52) - 1;
        var magnitude = exponent == 0 ? mantissa : new BigInteger(mantissa | 1L << 52) << exponent - 1;
        return bits < 0 ? -magnitude : magnitude;
    }
}
