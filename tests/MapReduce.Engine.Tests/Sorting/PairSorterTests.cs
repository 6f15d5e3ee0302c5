using System.Text;
using CsCheck;
using MapReduce.Engine.Sorting;
using Xunit;

namespace MapReduce.Engine.Tests.Sorting;

public sealed class PairSorterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Any_pairs_come_in_byte_order_and_equal_keys_in_the_order_given()
        => Gen.OneOf(
                Gen.Byte.Array[0, 20],
                Gen.Byte[0, 1].Array[0, 30],
                Gen.Select(Gen.Int[0, 40], Gen.Byte[0, 3].Array[0, 4], (shared, end) => (byte[])[.. new byte[shared], .. end]),
                Gen.Const(new byte[9]))
            .List[0, 300].Sample(keys => AssertSorted(keys, memory: 16 << 20), iter: 1500);

    [Theory]
    [InlineData(0)] // keys that differ at once
    [InlineData(8)] // after one prefix
    [InlineData(21)] // after two, not at a multiple of eight
    public void Large_groups_with_equal_beginnings_are_sorted(int shared)
    {
        var random = new Random(7);
        var keys = Enumerable.Range(0, 100_000).Select(_ =>
        {
            var key = new byte[shared + random.Next(6)];
            for (var i = shared; i < key.Length; i++) key[i] = (byte)random.Next(3);
            return key;
        }).ToList();
        AssertSorted(keys, memory: 64 << 20);
    }

    [Fact]
    public void What_does_not_fit_in_memory_leaves_in_runs_and_comes_back_in_order()
    {
        var random = new Random(11);
        var keys = Enumerable.Range(0, 200_000).Select(_ => Encoding.ASCII.GetBytes($"key {random.Next(50_000)}")).ToList();
        // With so little memory there are more runs than are merged at a time.
        Assert.True(AssertSorted(keys, memory: 64 << 10) > 100);
    }

    [Fact]
    public void A_pair_larger_than_the_memory_passes()
    {
        var long1 = new byte[1 << 20];
        byte[] long2 = [.. long1, 1];
        AssertSorted([long2, [5], long1, long2, []], memory: 64 << 10);
    }

    [Theory]
    [InlineData(BlockCompression.Lz4)]
    [InlineData(BlockCompression.Zstandard)]
    public void Runs_may_be_compressed(BlockCompression compression)
        => Assert.True(AssertSorted([.. Enumerable.Range(0, 50_000).Select(i => Encoding.ASCII.GetBytes($"{i * 7919 % 50_000:D8}"))], 64 << 10, compression) > 1);

    private unsafe int AssertSorted(IReadOnlyList<byte[]> keys, long memory, BlockCompression compression = BlockCompression.None)
    {
        using var sorter = new PairSorter(memory, compression, new ScratchFiles(folder["scratch"]));
        for (var i = 0; i < keys.Count; i++) sorter.Add(keys[i], BitConverter.GetBytes(i));
        var actual = new List<(string, int)>();
        using (var sorted = sorter.Finish())
            while (sorted.MoveNext()) actual.Add((Convert.ToHexString(sorted.Key), BitConverter.ToInt32(sorted.Value)));
        var expected = keys.Select((key, index) => (Key: Convert.ToHexString(key), Index: index)).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        Assert.Equal(expected, actual);
        return sorter.SpilledRuns;
    }
}
