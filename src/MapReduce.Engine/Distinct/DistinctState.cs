using MapReduce.Engine.Memory;
using MapReduce.Sdk;

namespace MapReduce.Engine.Distinct;

/// <summary>The texts of one key on their way through the sorter: how many have numbers, the numbers, and behind them the texts that have none.</summary>
internal sealed class DistinctState
{
    private readonly ByteWriter encoded = new();
    private readonly ByteWriter lists = new();
    private int[] numbers = new int[64];
    private int count;

    /// <summary>The numbers.</summary>
    public Span<int> Numbers => numbers.AsSpan(0, count);

    /// <summary>The texts without numbers, each behind its length in four bytes.</summary>
    public ReadOnlySpan<byte> Lists => lists.Written;

    /// <summary>What <see cref="Encode"/> made.</summary>
    public ReadOnlySpan<byte> Encoded => encoded.Written;

    public void Clear()
    {
        count = 0;
        lists.Clear();
    }

    public void Add(int number)
    {
        if (count == numbers.Length) Array.Resize(ref numbers, 2 * count);
        numbers[count++] = number;
    }

    public void AddList(ReadOnlySpan<byte> list) => lists.Write(list);

    public unsafe void Encode()
    {
        encoded.Clear();
        fixed (byte* start = encoded.GetSpan((count + 1) * VarInt.MaxLength))
        {
            var target = VarInt.Write(start, (uint)count);
            foreach (var number in Numbers) target = VarInt.Write(target, (uint)number);
            encoded.Advance((int)(target - start));
        }
        encoded.Write(lists.Written);
    }

    /// <summary>Adds what was encoded.</summary>
    public unsafe void AddEncoded(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var next = VarInt.Read(start, out var more);
            for (; more > 0; more--)
            {
                next = VarInt.Read(next, out var number);
                Add((int)number);
            }
            lists.Write(bytes[(int)(next - start)..]);
        }
    }
}
