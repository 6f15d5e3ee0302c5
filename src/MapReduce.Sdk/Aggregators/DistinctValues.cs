using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>The different values of a key.</summary>
public static class DistinctValues
{
    /// <summary>The different texts of a key in byte order.</summary>
    public static Aggregator<Utf8, ValueList> OfUtf8() => new Texts();

    /// <summary>The texts are held one after another, each behind its length in four bytes, in the order in which they came; sorted when it matters.</summary>
    internal struct State
    {
        public byte[]? Buffer;
        public int Length;
        public int Last;
        public int Count;
        public bool Sorted;
    }

    private sealed class Texts : Aggregator<Utf8, State, ValueList>
    {
        // A list that grows past this is sorted and freed of repetitions before it may grow on.
        private const int FirstCompaction = 64;

        public override State Create() => new() { Last = -1, Sorted = true };

        public override void Add(ref State accumulator, scoped Utf8 value)
        {
            if (accumulator.Last >= 0 && ItemAt(accumulator.Buffer!, accumulator.Last).SequenceEqual(value.Bytes)) return;
            Append(ref accumulator, value.Bytes);
        }

        public override void Merge(ref State accumulator, State other)
        {
            for (var position = 0; position < other.Length;)
            {
                var item = ItemAt(other.Buffer!, position);
                position += 4 + item.Length;
                Append(ref accumulator, item);
            }
        }

        public override void Write(State accumulator, ByteWriter writer)
        {
            Compact(ref accumulator);
            writer.Write(accumulator.Buffer.AsSpan(0, accumulator.Length));
        }

        public override State Read(ReadOnlySpan<byte> bytes)
        {
            var state = new State { Buffer = bytes.ToArray(), Length = bytes.Length, Sorted = true, Last = -1 };
            for (var position = 0; position < bytes.Length; state.Count++)
            {
                state.Last = position;
                position += 4 + ItemAt(state.Buffer!, position).Length;
            }
            return state;
        }

        public override ValueList Result(State accumulator)
        {
            Compact(ref accumulator);
            return new ValueList(accumulator.Buffer ?? [], accumulator.Length, accumulator.Count);
        }

        public override int SizeOf(State accumulator) => 48 + (accumulator.Buffer?.Length ?? 0);

        private static void Append(ref State state, ReadOnlySpan<byte> item)
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
                if (!state.Sorted && state.Count > FirstCompaction) Compact(ref state);
                if (state.Length + 4 + item.Length > state.Buffer!.Length / 2) Array.Resize(ref state.Buffer, Math.Max(needed, state.Buffer!.Length * 2));
            }
            state.Last = state.Length;
            Unsafe.WriteUnaligned(ref state.Buffer![state.Length], item.Length);
            item.CopyTo(state.Buffer.AsSpan(state.Length + 4));
            state.Length += 4 + item.Length;
            state.Count++;
        }

        private static void Compact(ref State state)
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
            var compacted = new State { Buffer = new byte[source.Length], Last = -1, Sorted = true };
            foreach (var position in positions) Append(ref compacted, ItemAt(source, position));
            state = compacted;
        }
    }

    internal static ReadOnlySpan<byte> ItemAt(byte[] buffer, int position)
        => buffer.AsSpan(position + 4, Unsafe.ReadUnaligned<int>(ref buffer[position]));
}

/// <summary>Texts in byte order, each once. As text they are joined with commas.</summary>
public sealed class ValueList : IUtf8SpanFormattable
{
    private readonly byte[] buffer;
    private readonly int length;

    internal ValueList(byte[] buffer, int length, int count)
    {
        this.buffer = buffer;
        this.length = length;
        Count = count;
    }

    /// <summary>The number of texts.</summary>
    public int Count { get; }

    /// <summary>The texts joined with <paramref name="separator"/>.</summary>
    public string Join(string separator) => string.Join(separator, ToArray());

    /// <summary>The texts.</summary>
    public string[] ToArray()
    {
        var texts = new string[Count];
        for (int i = 0, position = 0; i < texts.Length; i++)
        {
            var item = DistinctValues.ItemAt(buffer, position);
            texts[i] = System.Text.Encoding.UTF8.GetString(item);
            position += 4 + item.Length;
        }
        return texts;
    }

    /// <inheritdoc/>
    public override string ToString() => Join(",");

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        for (var position = 0; position < length;)
        {
            var item = DistinctValues.ItemAt(buffer, position);
            var comma = position > 0 ? 1 : 0;
            if (bytesWritten + comma + item.Length > utf8Destination.Length) return false;
            if (comma > 0) utf8Destination[bytesWritten++] = (byte)',';
            item.CopyTo(utf8Destination[bytesWritten..]);
            bytesWritten += item.Length;
            position += 4 + item.Length;
        }
        return true;
    }
}
