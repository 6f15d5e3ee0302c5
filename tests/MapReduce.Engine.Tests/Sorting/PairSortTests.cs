using System.Text;
using CsCheck;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Sorting;
using Xunit;

namespace MapReduce.Engine.Tests.Sorting;

public sealed unsafe class PairSortTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_work_on_keys_that_each_begin_the_next_grows_with_their_bytes_and_no_faster(bool descending)
    {
        const int Count = 3000;
        var keys = Enumerable.Range(1, Count).Select(length => new string('a', length)).ToArray();
        if (descending) Array.Reverse(keys);
        var (sorted, compared) = Sort(keys);
        Assert.Equal(keys.Order(StringComparer.Ordinal), sorted);
        Assert.InRange(compared, 0, 4L * keys.Sum(key => key.Length));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void Keys_that_share_a_long_beginning_are_looked_through_a_few_times(int shared)
    {
        var keys = Enumerable.Range(0, 200).Select(key => $"{new string('b', shared)}{key * 7919 % 200:D3}{(key % 2 == 0 ? "" : new string('c', 50))}").ToArray();
        var (sorted, compared) = Sort(keys);
        Assert.Equal(keys.Order(StringComparer.Ordinal), sorted);
        Assert.InRange(compared, 0, 4L * keys.Sum(key => key.Length));
    }

    [Fact]
    public void Long_keys_need_no_deep_stack()
    {
        var keys = Enumerable.Range(1, 6000).Select(length => new string('a', length)).Reverse().ToArray();
        IEnumerable<string> sorted = [];
        var thread = new Thread(() => sorted = Sort(keys).Keys, maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Equal(keys.Order(StringComparer.Ordinal), sorted);
    }

    [Fact]
    public void Keys_that_differ_in_length_by_zeros_are_sorted_by_length()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 40], Gen.Int[0, 2]).Select(key => new string('k', key.Item1) + new string('\0', key.Item2) + new string('z', key.Item3)).Array[0, 400]
            .Sample(keys => Assert.Equal(keys.Order(StringComparer.Ordinal), Sort(keys).Keys), iter: 300);

    /// <summary>Sorts keys of ASCII, and checks that equal ones keep their order.</summary>
    private static (List<string> Keys, long Compared) Sort(string[] keys)
    {
        using var arena = new Arena();
        using var items = new NativeBuffer(Math.Max(1, keys.Length) * sizeof(SortItem));
        using var other = new NativeBuffer(Math.Max(1, keys.Length) * sizeof(SortItem));
        for (var i = 0; i < keys.Length; i++)
        {
            var key = Encoding.ASCII.GetBytes(keys[i]);
            var record = arena.Allocate(PairRecord.MaxLength(key.Length, sizeof(int)));
            PairRecord.Write(record, key, BitConverter.GetBytes(i));
            ((SortItem*)items.Start)[i] = SortItem.Of(record, key);
        }
        using var sort = new PairSort();
        sort.Sort((SortItem*)items.Start, (SortItem*)other.Start, keys.Length);
        var sorted = new List<string>();
        var last = (Key: "", Number: -1);
        for (var i = 0; i < keys.Length; i++)
        {
            PairRecord.Read(((SortItem*)items.Start)[i].Record, out var key, out var value);
            var now = (Key: Encoding.ASCII.GetString(key), Number: BitConverter.ToInt32(value));
            Assert.True(now.Key != last.Key || now.Number > last.Number, $"equal keys came out of order: {now}");
            sorted.Add(now.Key);
            last = now;
        }
        return (sorted, sort.Compared);
    }
}
