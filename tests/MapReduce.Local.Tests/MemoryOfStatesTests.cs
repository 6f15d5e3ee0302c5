using System.Text;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>What states hold is counted in bytes, however few of them there are.</summary>
public sealed class MemoryOfStatesTests
{
    private const int ValueBytes = 100_000;
    private const long MemoryOfSlot = 8 << 20;

    [Theory]
    [InlineData(600, 1)]
    [InlineData(20, 100)]
    [InlineData(200, 3)]
    public void States_that_are_large_leave_before_they_outgrow_the_memory_of_the_task(int keys, int valuesOfKey)
    {
        var input = new StringBuilder();
        for (var i = 0; i < keys * valuesOfKey; i++) input.Append($"key {i % keys} ").Append('x', 400).Append('\n');
        var states = new Largest();
        var result = InlineJob.Run(
            job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, int> output) => output.Emit(line.ToString().Split(' ')[1], ValueBytes))
                .Aggregate(states).WriteText(job.Output),
            new() { Slots = 1, Partitions = 1, MemoryOfSlot = MemoryOfSlot }, input.ToString());
        Assert.Equal(keys, result.Rows.Count);
        Assert.All(result.Rows, row => Assert.EndsWith($"\t{ValueBytes}", row, StringComparison.Ordinal));
        // Half of the slot is its task's, of which the states have a half; a few values come between two looks.
        Assert.InRange(states.Most, ValueBytes, (MemoryOfSlot / 4) + (16 * ValueBytes));
        Assert.Equal(0, states.Held);
    }

    /// <summary>Keeps the largest of blocks of bytes, and counts the bytes of all states that the engine holds.</summary>
    private sealed class Largest : Aggregator<int, byte[], int>
    {
        public long Held { get; private set; }

        public long Most { get; private set; }

        public override byte[] Create() => [];

        public override void Add(ref byte[] accumulator, int value)
        {
            Take(-accumulator.Length);
            accumulator = new byte[value];
            Take(value);
        }

        public override void Merge(ref byte[] accumulator, byte[] other) => Take(-other.Length);

        public override void Write(byte[] accumulator, ByteWriter writer)
        {
            writer.Write(accumulator);
            Take(-accumulator.Length);
        }

        public override byte[] Read(ReadOnlySpan<byte> bytes)
        {
            Take(bytes.Length);
            return bytes.ToArray();
        }

        public override int Result(byte[] accumulator)
        {
            Take(-accumulator.Length);
            return accumulator.Length;
        }

        public override int SizeOf(byte[] accumulator) => 24 + accumulator.Length;

        private void Take(int bytes)
        {
            Held += bytes;
            Most = Math.Max(Most, Held);
        }
    }
}
