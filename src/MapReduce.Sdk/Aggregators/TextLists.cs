using System.Buffers.Binary;

namespace MapReduce.Sdk;

/// <summary>The texts are held one after another, each behind its length in four bytes, in the order in which they came; sorted when it matters.</summary>
internal struct TextList
{
    public byte[]? Buffer;
    public int Length;
    public int Last;
    public int Count;
    public bool Sorted;
}

/// <summary>Folds texts into lists of the different ones.</summary>
internal sealed class TextLists : Aggregator<Utf8, TextList, ValueList>
{
    // A list that grows past this is sorted and freed of repetitions before it may grow on.
    private const int FirstCompaction = 64;

    public override TextList Create() => new() { Last = -1, Sorted = true };

    public override void Add(ref TextList accumulator, scoped Utf8 value)
    {
        if (accumulator.Last >= 0 && ItemAt(accumulator.Buffer!, accumulator.Last).SequenceEqual(value.Bytes)) return;
        Append(ref accumulator, value.Bytes);
    }

    public override void Merge(ref TextList accumulator, TextList other)
    {
        for (var position = 0; position < other.Length;)
        {
            var item = ItemAt(other.Buffer!, position);
            position += 4 + item.Length;
            Append(ref accumulator, item);
        }
    }

    public override void Write(TextList accumulator, ByteWriter writer)
    {
        Compact(ref accumulator);
        writer.Write(accumulator.Buffer.AsSpan(0, accumulator.Length));
    }

    public override TextList Read(ReadOnlySpan<byte> bytes)
    {
        var state = new TextList { Buffer = bytes.ToArray(), Length = bytes.Length, Sorted = true, Last = -1 };
        for (var position = 0; position < bytes.Length; state.Count++)
        {
            state.Last = position;
            position += 4 + ItemAt(state.Buffer!, position).Length;
        }
        return state;
    }

    public override ValueList Result(TextList accumulator)
    {
        Compact(ref accumulator);
        return new ValueList(accumulator.Buffer ?? [], accumulator.Length, accumulator.Count);
    }

    public override int SizeOf(TextList accumulator) => 48 + (accumulator.Buffer?.Length ?? 0);

    private static void Append(ref TextList state, ReadOnlySpan<byte> item)
    {
        if (state.Last >= 0)
        {
            var order = ItemAt(state.Buffer!, state.Last).SequenceCompareTo(item);
            if (order == 0) return;
            if (order > 0) state.Sorted = false;
        }
        var needed = state.Length + 4 + item.Length;
        if (state.Buffer is null) state.Buffer = new byte[Math.Max(16, needed)];
        else if (needed > state.Buffer.Length)
        {
            if (!state.Sorted && state.Count > FirstCompaction)
            {
                Compact(ref state);
                // Where the item belongs among the sorted ones is not known yet.
                state.Sorted = false;
            }
            if (state.Length + 4 + item.Length > state.Buffer!.Length / 2) Array.Resize(ref state.Buffer, Math.Max(needed, state.Buffer!.Length * 2));
        }
        state.Last = state.Length;
        BinaryPrimitives.WriteInt32LittleEndian(state.Buffer.AsSpan(state.Length), item.Length);
        item.CopyTo(state.Buffer.AsSpan(state.Length + 4));
        state.Length += 4 + item.Length;
        state.Count++;
    }

    private static void Compact(ref TextList state)
    {
        if (state.Sorted || state.Count < 2) return;
        var source = state.Buffer!;
        var positions = new int[state.Count];
        for (int i = 0, position = 0; i < positions.Length; i++)
        {
            positions[i] = position;
            position += 4 + ItemAt(source, position).Length;
        }
        Array.Sort(positions, (left, right) => ItemAt(source, left).SequenceCompareTo(ItemAt(source, right)));
        var compacted = new TextList { Buffer = new byte[source.Length], Last = -1, Sorted = true };
        foreach (var position in positions) Append(ref compacted, ItemAt(source, position));
        state = compacted;
    }

    /// <summary>The text at a position of the buffer.</summary>
    internal static ReadOnlySpan<byte> ItemAt(byte[] buffer, int position)
        => buffer.AsSpan(position + 4, BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(position)));
}
