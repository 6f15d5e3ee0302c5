using CsCheck;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>Keys are one where .NET's <c>Equals</c> says so, and values come back as they went in.</summary>
public sealed class EqualityTests
{
    private static readonly DateTime Noon = new(2024, 2, 29, 12, 0, 0, DateTimeKind.Unspecified);
    private static readonly DateTimeOffset Moment = new(Noon, TimeSpan.FromHours(2));

    private static readonly Gen<double> Doubles = Gen.OneOf(Gen.Double, Gen.Const(-0.0), Gen.Const(0.0), Gen.Const(double.NaN), Gen.Long.Select(BitConverter.Int64BitsToDouble));
    private static readonly Gen<float> Floats = Gen.OneOf(Gen.Float, Gen.Const(-0f), Gen.Const(0f), Gen.Const(float.NaN), Gen.Int.Select(BitConverter.Int32BitsToSingle));
    private static readonly Gen<DateTime> Times = Gen.Select(Gen.Long[0, 3], Gen.Enum<DateTimeKind>()).Select((ticks, kind) => new DateTime(Noon.Ticks + ticks, kind));
    private static readonly Gen<DateTimeOffset> Moments = Gen.Select(Gen.Int[0, 3], Gen.Int[-14, 14]).Select((hour, offset) => Moment.AddHours(hour).ToOffset(TimeSpan.FromHours(offset)));
    private static readonly Gen<string> Strings = Gen.Char["a\0\uD800\uDBFF\uDC00\uDFFF\uD7FF\uE000\uFFFD"].Array[0, 4].Select(characters => new string(characters));

    [Fact]
    public void Keys_that_are_equal_are_one_and_others_are_not()
    {
        Check(Doubles);
        Check(Floats);
        Check(Times);
        Check(Moments);
        Check(Strings);
        Check(Gen.Select(Doubles, Moments, Strings));
        Check(Gen.Select(Times, Floats));
        Check(Doubles.Select(value => new Descending<double>(value)));
        Check(Strings.Select(value => new Descending<string>(value)));
    }

    [Fact]
    public void Keys_sort_as_their_types_compare()
    {
        CheckOrder(Doubles);
        CheckOrder(Floats);
        CheckOrder(Times);
        CheckOrder(Moments);
    }

    [Fact]
    public void A_key_comes_back_in_the_one_form_that_its_equals_share()
    {
        var codecs = new CodecRegistry();
        Assert.False(double.IsNegative(ThroughKey(codecs, -0.0)));
        Assert.Equal(DateTimeKind.Unspecified, ThroughKey(codecs, DateTime.SpecifyKind(Noon, DateTimeKind.Utc)).Kind);
        Assert.True(ThroughKey(codecs, Moment).EqualsExact(Moment.ToUniversalTime()));
        Assert.Equal("a\uD800", ThroughKey(codecs, "a\uD800"));
    }

    [Fact]
    public void Values_come_back_as_they_went_in()
    {
        CheckValue(Doubles, (left, right) => BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right));
        CheckValue(Floats, (left, right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right));
        CheckValue(Times, (left, right) => left == right && left.Kind == right.Kind);
        CheckValue(Moments, (left, right) => left.EqualsExact(right));
        CheckValue(Strings, string.Equals);
        CheckValue(Gen.Select(Times, Moments), (left, right) => left.Item1.Kind == right.Item1.Kind && left.Item2.EqualsExact(right.Item2));
        CheckValue(Moments.Select(value => new Descending<DateTimeOffset>(value)), (left, right) => left.Value.EqualsExact(right.Value));
        CheckValue(Moments.Array[0, 4], (left, right) => left.Zip(right).All(pair => pair.First.EqualsExact(pair.Second)));
        CheckValue(Moments.Nullable(), (left, right) => left.HasValue == right.HasValue && (left is null || left.Value.EqualsExact(right!.Value)));
    }

    [Fact]
    public void The_smallest_and_largest_come_back_as_they_went_in_and_of_equal_ones_always_the_same()
    {
        Assert.True(double.IsNegative(Min.Of<double>().Fold(-0.0)));
        Assert.True(double.IsNegative(Min.Of<double>().Fold(0.0, -0.0)));
        Assert.False(double.IsNegative(Max.Of<double>().Fold(-0.0, 0.0)));
        Assert.True(Max.Of<DateTimeOffset>().Fold(Moment, Moment.AddDays(-1)).EqualsExact(Moment));
        Assert.Equal(DateTimeKind.Utc, Min.Of<DateTime>().Fold(DateTime.SpecifyKind(Noon, DateTimeKind.Utc)).Kind);
        Assert.Equal("\uDFFF", Max.Of<string>().Fold("\uD800", "\uDFFF"));
        Moments.Array[1, 8].Sample(values =>
        {
            var largest = Max.Of<DateTimeOffset>().Fold(values);
            Assert.Equal(values.Max(), largest);
            Assert.Contains(values, value => value.EqualsExact(largest));
            Assert.True(largest.EqualsExact(Max.Of<DateTimeOffset>().Fold([.. values.Reverse()])));
        }, iter: 500);
    }

    [Fact]
    public void Distinct_values_are_those_that_are_not_equal()
    {
        Assert.Equal(1, DistinctCount.Of<double>().Fold(0.0, -0.0));
        Assert.Equal(1, DistinctCount.Of<(int, DateTimeOffset)>().Fold((1, Moment), (1, Moment.ToUniversalTime())));
        Assert.Equal(2, DistinctCount.Of<string>().Fold("\uD800", "\uDC00", "\uD800"));
        Assert.Equal(3, DistinctCount.Of<decimal>().Fold(1m, 1.0m, 1.00m, 0m, 0.00m, decimal.Negate(0.0m), 10m));
        Assert.Equal(1, DistinctCount.Of<(int, decimal)>().Fold((1, 79228162514264337593543950330m / 10), (1, 7922816251426433759354395033m)));
        Gen.Decimal.Array[1, 8].Sample(values => Assert.Equal(values.Distinct().Count(), DistinctCount.Of<decimal>().Fold([.. values, .. values.Where(value => Math.Abs(value) < 1e20m).Select(value => value * 1.00m)])), iter: 500);
    }

    private static void Check<T>(Gen<T> keys) where T : notnull
    {
        var codec = new CodecRegistry().Key<T>();
        Gen.Select(keys, keys).Sample((left, right) =>
        {
            Assert.Equal(left.Equals(right), Bytes(codec, left).AsSpan().SequenceEqual(Bytes(codec, right)));
            Assert.True(left.Equals(codec.Read(Bytes(codec, left))));
        }, iter: 2000);
    }

    private static void CheckOrder<T>(Gen<T> keys) where T : IComparable<T>
    {
        var codec = new CodecRegistry().Key<T>();
        Gen.Select(keys, keys).Sample((left, right) => Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(Bytes(codec, left).AsSpan().SequenceCompareTo(Bytes(codec, right)))), iter: 2000);
    }

    private static void CheckValue<T>(Gen<T> values, Func<T, T, bool> same)
    {
        var codec = new CodecRegistry().Value<T>();
        values.Sample(value => Assert.True(same(value, codec.Read(Bytes(codec, value)))), iter: 2000);
    }

    private static T ThroughKey<T>(CodecRegistry codecs, T key) => codecs.Key<T>().Read(Bytes(codecs.Key<T>(), key));

    private static byte[] Bytes<T>(Codec<T> codec, T value)
    {
        var writer = new ByteWriter();
        codec.Write(value, writer);
        return writer.Written.ToArray();
    }
}
