using System.Text;
using CsCheck;
using Xunit;

namespace MapReduce.Sdk.Tests;

public sealed class CodecTests
{
    private static readonly Gen<string> Strings = Gen.OneOf(Gen.String[0, 8], Gen.Char["\0\u0001ab\u00ff\uffff"].Array[0, 5].Select(characters => new string(characters)));

    [Fact]
    public void Keys_come_back_and_sort_as_their_types_do()
    {
        Check(Gen.Bool);
        Check(Gen.Byte);
        Check(Gen.SByte);
        Check(Gen.Short);
        Check(Gen.UShort);
        Check(Gen.Char);
        Check(Gen.Int);
        Check(Gen.UInt);
        Check(Gen.Long);
        Check(Gen.ULong);
        Check(Gen.Double.Where(value => !double.IsNaN(value) && BitConverter.DoubleToInt64Bits(value) != BitConverter.DoubleToInt64Bits(-0.0)));
        Check(Gen.Float.Where(value => !float.IsNaN(value) && BitConverter.SingleToInt32Bits(value) != BitConverter.SingleToInt32Bits(-0f)));
        Check(Gen.DateTime);
        Check(Gen.DateOnly);
        Check(Gen.TimeOnly);
        Check(Gen.TimeSpan);
        Check(Gen.Enum<DayOfWeek>());
        Check(Gen.Guid, Comparer<Guid>.Create((left, right) => string.CompareOrdinal($"{left:n}", $"{right:n}")));
    }

    [Fact]
    public void Strings_sort_by_their_bytes() => Check(Strings.Where(IsWellFormed), Utf8Order);

    [Fact]
    public void Composite_keys_sort_part_by_part()
    {
        var text = Strings.Where(IsWellFormed);
        Check(Gen.Select(text, Gen.Int), Parts<string, int>(Utf8Order, Comparer<int>.Default));
        Check(Gen.Select(text, text), Parts(Utf8Order, Utf8Order));
        Check(Gen.Select(Gen.Long, text), Parts(Comparer<long>.Default, Utf8Order));
        Check(Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2]));
        Check(Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2]));
    }

    [Fact]
    public void Descending_keys_sort_the_other_way_round()
    {
        Check(Gen.Int.Select(value => new Descending<int>(value)), Comparer<Descending<int>>.Create((left, right) => right.Value.CompareTo(left.Value)));
        Check(Strings.Where(IsWellFormed).Select(value => new Descending<string>(value)), Comparer<Descending<string>>.Create((left, right) => Utf8Order.Compare(right.Value, left.Value)));
        Check(
            Gen.Select(Gen.Int[0, 3].Select(value => new Descending<int>(value)), Gen.Int[0, 3]),
            Parts(Comparer<Descending<int>>.Create((left, right) => right.Value.CompareTo(left.Value)), Comparer<int>.Default));
    }

    [Fact]
    public void Nullables_are_keys_and_null_comes_first()
    {
        CheckNullable(Gen.Int);
        CheckNullable(Gen.Enum<DayOfWeek>());
        CheckNullable(Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2]), Parts(Comparer<int>.Default, Comparer<int>.Default));
        Check(Gen.Select(Gen.Int[0, 2].Nullable(), Gen.Int[0, 2].Nullable()), Parts(Comparer<int?>.Default, Comparer<int?>.Default));
        Check(Gen.Int[0, 2].Nullable().Select(value => new Descending<int?>(value)), Comparer<Descending<int?>>.Create((left, right) => Comparer<int?>.Default.Compare(right.Value, left.Value)));
    }

    [Fact]
    public void Enumerations_sort_by_their_numbers_whatever_their_size()
    {
        CheckEnum(Gen.OneOf(Gen.Const(Huge.None), Gen.Const(Huge.Half), Gen.Const(Huge.AboveHalf), Gen.Const(Huge.All)));
        CheckEnum(Gen.OneOf(Gen.Const(Signed.Least), Gen.Const(Signed.MinusOne), Gen.Const(Signed.Zero), Gen.Const(Signed.Largest)));
        CheckEnum(Gen.OneOf(Gen.Const(Tiny.Least), Gen.Const(Tiny.MinusOne), Gen.Const(Tiny.Largest)));
        CheckEnum(Gen.UInt.Select(value => (Unsigned)value));

        static void CheckEnum<T>(Gen<T> values) where T : struct, Enum
        {
            Check(values);
            CheckValue(values);
            Check(Gen.Select(values, values), Parts(Comparer<T>.Default, Comparer<T>.Default));
        }
    }

    [Fact]
    public void An_array_of_nothing_is_refused_when_it_is_named()
    {
        foreach (var find in (Action[])[() => new CodecRegistry().Value<None[]>(), () => new CodecRegistry().Value<(int, None[])>(), () => new CodecRegistry().Value<None[][]>()])
            Assert.Contains("None[]", Assert.Throws<JobException>(find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_part_of_a_composite_key_is_its_grouping_prefix()
        => Gen.Select(Strings.Where(IsWellFormed), Gen.Int, Gen.Int).Sample((first, left, right) =>
        {
            var codec = new CodecRegistry().Key<(string, int)>();
            var leftBytes = Bytes(codec, (first, left));
            var rightBytes = Bytes(codec, (first, right));
            Assert.Equal(leftBytes[..codec.PrefixLength(leftBytes)], rightBytes[..codec.PrefixLength(rightBytes)]);
            var other = Bytes(codec, (first + "x", left));
            Assert.NotEqual(leftBytes[..codec.PrefixLength(leftBytes)], other[..codec.PrefixLength(other)]);
        });

    [Fact]
    public void Values_come_back()
    {
        CheckValue(Gen.Int.Nullable());
        CheckValue(Gen.Select(Gen.String, Gen.Double, Gen.Bool));
        CheckValue(Gen.String.Array[0, 5]);
        CheckValue(Gen.Select(Gen.Int, Gen.String).Array[0, 5]);
        CheckValue(Gen.Byte.Array[0, 300]);
        CheckValue(Gen.DateTimeOffset);
        CheckValue(Gen.Decimal);
    }

    [Fact]
    public void Points_in_time_sort_by_their_instant()
        => Gen.Select(Gen.DateTimeOffset, Gen.DateTimeOffset).Sample((left, right) =>
        {
            var codec = new CodecRegistry().Key<DateTimeOffset>();
            var order = Bytes(codec, left).AsSpan().SequenceCompareTo(Bytes(codec, right));
            Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(order));
            Assert.Equal(left, codec.Read(Bytes(codec, left)));
        });

    [Fact]
    public void A_codec_of_the_author_goes_before_all_others()
    {
        var registry = new CodecRegistry().Register(new Backwards());
        Assert.Equal("cba"u8.ToArray(), Bytes(registry.Key<string>(), "abc"));
        Assert.Equal("ba"u8.ToArray(), Bytes(registry.Key<(string, int)>(), ("ab", 1))[..2]);
    }

    [Fact]
    public void A_type_without_codec_is_named_with_what_to_do()
    {
        var error = Assert.Throws<JobException>(() => new CodecRegistry().Key<Version>());
        Assert.Contains("KeyCodec<Version>", error.Message, StringComparison.Ordinal);
        Assert.Contains("Register", error.Message, StringComparison.Ordinal);
        Assert.Throws<JobException>(() => new CodecRegistry().Value<Version>());
        Assert.Throws<JobException>(() => new CodecRegistry().Key<int[]>());
        Assert.Contains("KeyCodec<Version>", Assert.Throws<JobException>(() => new CodecRegistry().Key<(int, (Version, int))>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_a_null_part_is_refused()
        => Assert.Contains("null", Assert.Throws<ArgumentNullException>(() => Bytes(new CodecRegistry().Key<(string, int)>(), (null!, 1))).Message, StringComparison.Ordinal);

    private static Comparer<string> Utf8Order { get; } = Comparer<string>.Create((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    private static Comparer<(T1, T2)> Parts<T1, T2>(IComparer<T1> first, IComparer<T2> second)
        => Comparer<(T1, T2)>.Create((left, right) => first.Compare(left.Item1, right.Item1) is var order and not 0 ? order : second.Compare(left.Item2, right.Item2));

    private static bool IsWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static void Check<T>(Gen<T> keys, IComparer<T>? order = null)
    {
        var codec = new CodecRegistry().Key<T>();
        Gen.Select(keys, keys).Sample((left, right) =>
        {
            var leftBytes = Bytes(codec, left);
            Assert.Equal(left, codec.Read(leftBytes));
            if (codec.FixedLength is { } length) Assert.Equal(length, leftBytes.Length);
            var expected = Math.Sign((order ?? Comparer<T>.Default).Compare(left, right));
            Assert.Equal(expected, Math.Sign(leftBytes.AsSpan().SequenceCompareTo(Bytes(codec, right))));
        }, iter: 1000);
    }

    private static void CheckNullable<T>(Gen<T> keys, IComparer<T>? order = null) where T : struct
        => Check(keys.Nullable(), Comparer<T?>.Create((left, right) => left is { } some && right is { } other ? (order ?? Comparer<T>.Default).Compare(some, other) : left.HasValue.CompareTo(right.HasValue)));

    private enum Huge : ulong
    {
        None = 0,
        Half = long.MaxValue,
        AboveHalf = 1UL << 63,
        All = ulong.MaxValue,
    }

    private enum Signed : long
    {
        Least = long.MinValue,
        MinusOne = -1,
        Zero = 0,
        Largest = long.MaxValue,
    }

    private enum Tiny : sbyte
    {
        Least = sbyte.MinValue,
        MinusOne = -1,
        Largest = sbyte.MaxValue,
    }

    private enum Unsigned : uint
    {
        None,
    }

    private static void CheckValue<T>(Gen<T> values)
    {
        var codec = new CodecRegistry().Value<T>();
        values.Sample(value => Assert.Equal(value, codec.Read(Bytes(codec, value))), iter: 500);
    }

    private static byte[] Bytes<T>(Codec<T> codec, T value)
    {
        var writer = new ByteWriter();
        codec.Write(value, writer);
        return writer.Written.ToArray();
    }

    private sealed class Backwards : KeyCodec<string>
    {
        public override void Write(string value, ByteWriter writer)
        {
            for (var i = value.Length - 1; i >= 0; i--) writer.Write((byte)value[i]);
        }

        public override string Read(ReadOnlySpan<byte> bytes) => new([.. Encoding.ASCII.GetString(bytes).Reverse()]);
    }
}
