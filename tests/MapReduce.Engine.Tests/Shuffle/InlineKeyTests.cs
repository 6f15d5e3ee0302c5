using CsCheck;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

public sealed unsafe class InlineKeyTests
{
    private static readonly Gen<byte[]> Keys = Gen.OneOf(Gen.Byte.Array[1, 15], Gen.Byte[0, 1].Array[1, 15], Gen.Byte[254, 255].Array[1, 15]);

    [Fact]
    public void The_order_of_the_integers_is_the_order_of_the_bytes()
        => Gen.Select(Keys, Keys).Sample((left, right) =>
        {
            InlineKey.Load(left, out var leftHigh, out var leftLow);
            InlineKey.Load(right, out var rightHigh, out var rightLow);
            Assert.Equal(Math.Sign(left.AsSpan().SequenceCompareTo(right)), (leftHigh, leftLow).CompareTo((rightHigh, rightLow)));
        }, iter: 20_000);

    [Fact]
    public void A_key_comes_back_from_its_integers()
        => Keys.Sample(key =>
        {
            InlineKey.Load(key, out var high, out var low);
            var bytes = stackalloc byte[16];
            InlineKey.Store(bytes, high, low);
            Assert.Equal(key, new ReadOnlySpan<byte>(bytes, InlineKey.Length(low)).ToArray());
        }, iter: 20_000);

    [Fact]
    public void A_key_at_the_end_of_a_page_is_not_read_past_it()
    {
        using var page = new NativeBuffer(4096);
        new Span<byte>(page.Start, 4096).Fill(0xCC);
        for (var length = 1; length <= 15; length++)
        {
            var key = new ReadOnlySpan<byte>(page.Start + 4096 - length, length);
            InlineKey.Load(key, out var high, out var low);
            InlineKey.Load(key.ToArray(), out var copiedHigh, out var copiedLow);
            Assert.Equal((copiedHigh, copiedLow), (high, low));
        }
    }

    [Fact]
    public void Hashes_fill_partitions_evenly_and_never_change()
    {
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++) counts[KeyHash.Partition(KeyHash.Of(System.Text.Encoding.ASCII.GetBytes($"key{i}")), 10)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        // Part files are part of an output: a new version must not put keys elsewhere.
        Assert.Equal([5, 9, 7, 7, 1, 7], ((string[])["", "a", "the", "partition", "15 bytes of key", "a key of more than 15 bytes"]).Select(key => KeyHash.Partition(KeyHash.Of(System.Text.Encoding.ASCII.GetBytes(key)), 10)));
    }
}
