using System.Text;
using CsCheck;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Memory;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests.Fold;

public sealed unsafe class FoldingTests
{
    private static readonly Gen<(byte[] Key, long State)[]> Pairs = Gen.Select(
        Gen.OneOf(Gen.Byte[0, 3].Array[0, 2], Gen.Byte[0, 1].Array[13, 18], Gen.Byte.Array[0, 40]), Gen.Long[-1000, 1_000_000]).Array[0, 400];

    [Fact]
    public void A_small_table_forgets_nothing_whatever_it_hands_on()
        => Pairs.Sample(pairs =>
        {
            var sink = new Sink();
            using (var table = new CombiningTable<LongState<SumOperation>>(0, sink))
            {
                foreach (var (key, state) in pairs) table.Add(key, state);
                table.Flush();
                Assert.Equal(Expected(pairs), sink.Sums);
                // A flushed table begins anew.
                foreach (var (key, state) in pairs) table.Add(key, state);
                table.Flush();
            }
            Assert.Equal(Expected([.. pairs, .. pairs]), sink.Sums);
        }, iter: 2000);

    [Fact]
    public void Sums_of_doubles_are_exact_whatever_the_table_has_no_room_for()
        => Gen.Select(Pairs, Gen.OneOf(Gen.Double[-1, 1], Gen.Double).Array[1, 400]).Sample((pairs, values) =>
        {
            var sink = new SumSink();
            using (var table = new CombiningTable<DoubleSum>(0, sink))
            {
                for (var i = 0; i < pairs.Length; i++) table.Add(pairs[i].Key, BitConverter.DoubleToInt64Bits(values[i % values.Length]));
                table.Flush();
            }
            var exact = new ExactSum();
            foreach (var group in pairs.Select((pair, index) => (Key: Convert.ToHexString(pair.Key), Value: values[index % values.Length])).GroupBy(pair => pair.Key))
            {
                var expected = exact.Create();
                foreach (var (_, value) in group.Reverse()) exact.Add(ref expected, value);
                Assert.Equal(exact.Result(expected), exact.Result(sink.Sums[group.Key]));
            }
        }, iter: 2000);

    [Fact]
    public void Frequent_keys_stay_while_rare_ones_pass()
    {
        var sink = new Sink();
        using var table = new CombiningTable<LongState<SumOperation>>(1 << 20, sink);
        for (var i = 0; i < 1_000_000; i++) table.Add(Encoding.ASCII.GetBytes(i % 2 == 0 ? "often" : $"rare{i}"), 1);
        table.Flush();
        Assert.Equal(500_000, sink.Sums[Convert.ToHexString("often"u8)]);
        Assert.InRange(sink.Handed[Convert.ToHexString("often"u8)], 1, 10);
    }

    [Fact]
    public void A_growing_table_finds_every_key_again()
    {
        using var longKeys = new Arena();
        using var table = new FoldTable(longKeys);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = Encoding.ASCII.GetBytes($"{(i % 3 == 0 ? "a key of more than fifteen bytes " : "key ")}{i}");
                var entry = Find(table, key, out var added);
                Assert.Equal(round == 0, added);
                if (added) entry->State = i;
                Assert.Equal(i, entry->State);
            }
            Assert.Equal(20_000, table.Count);
        }
        table.Clear(10);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Records_keep_any_key_and_state()
        => Gen.Select(Gen.Byte.Array[1, 300], Gen.OneOf(Gen.Long, Gen.Long[-2, 20])).Sample((key, state) =>
        {
            using var memory = new NativeBuffer(FoldRecord.MaxLongLength(key.Length) + 64);
            if (key.Length > Engine.Shuffle.InlineKey.MaxLength)
            {
                var end = FoldRecord.WriteLong(memory.Start, key, state);
                Assert.True(FoldRecord.IsLong(memory.Start));
                var next = FoldRecord.ReadLongKey(memory.Start, out var start, out var length);
                Assert.Equal(key, new ReadOnlySpan<byte>(start, length).ToArray());
                Assert.True(FoldRecord.ReadState(next, out var read) == end && read == state);
            }
            else
            {
                Engine.Shuffle.InlineKey.Load(key, out var high, out var low);
                var end = FoldRecord.WriteInline(memory.Start, high, low, state);
                Assert.False(FoldRecord.IsLong(memory.Start));
                var next = FoldRecord.ReadInlineKey(memory.Start, out var readHigh, out var readLow);
                Assert.Equal((high, low), (readHigh, readLow));
                Assert.True(FoldRecord.ReadInlineState(memory.Start, next, out var read) == end && read == state);
            }
        }, iter: 5000);

    private static FoldEntry* Find(FoldTable table, byte[] key, out bool added)
    {
        if (key.Length > Engine.Shuffle.InlineKey.MaxLength) return table.Find(key, out added);
        Engine.Shuffle.InlineKey.Load(key, out var high, out var low);
        return table.Find(high, low, out added);
    }

    private static Dictionary<string, long> Expected(IEnumerable<(byte[] Key, long State)> pairs)
        => pairs.GroupBy(pair => Convert.ToHexString(pair.Key)).ToDictionary(group => group.Key, group => group.Sum(pair => pair.State));

    private sealed class SumSink : IFoldSink
    {
        private readonly ExactSum exact = new();

        public Dictionary<string, ExactSum.State> Sums { get; } = [];

        public void Take(FoldEntry* entry)
        {
            var scratch = stackalloc byte[DoubleSum.MaxLength];
            var length = (int)(DoubleSum.Write(scratch, entry) - scratch);
            Assert.Equal(length - 1, scratch[0]);
            var state = exact.Read(new ReadOnlySpan<byte>(scratch + 1, length - 1));
            var key = Convert.ToHexString(entry->KeyBytes(scratch));
            if (Sums.TryGetValue(key, out var sum)) exact.Merge(ref state, sum);
            Sums[key] = state;
        }
    }

    private sealed class Sink : IFoldSink
    {
        public Dictionary<string, long> Sums { get; } = [];

        public Dictionary<string, int> Handed { get; } = [];

        public void Take(FoldEntry* entry)
        {
            var scratch = stackalloc byte[16];
            var key = Convert.ToHexString(entry->KeyBytes(scratch));
            Sums[key] = Sums.GetValueOrDefault(key) + entry->State;
            Handed[key] = Handed.GetValueOrDefault(key) + 1;
        }
    }
}
