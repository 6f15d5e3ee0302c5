using System.Buffers.Binary;
using System.Numerics;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Sorting;

namespace MapReduce.Engine.Distinct;

/// <summary>The reduce side of collected texts: gathers the sets of each key bucket by bucket and hands keys with the numbers of their texts to the sorter.</summary>
internal sealed unsafe class DistinctReducer : IBucketReducer
{
    private const int ListMark = -1;

    private readonly long memory;
    private readonly PairSorter sorter;
    private readonly NumberedTexts numbers;
    private readonly Arena longKeys = new();
    private readonly Arena nodes = new();
    private readonly DistinctState state = new();
    private readonly List<int> numbersOfBits = [];
    private readonly FoldTable table;
    private int set;

    public DistinctReducer(long memory, PairSorter sorter, NumberedTexts numbers)
    {
        (this.memory, this.sorter, this.numbers) = (memory, sorter, numbers);
        table = new FoldTable(longKeys);
    }

    public void BeginBucket(long bytes)
    {
        table.Clear(0);
        numbersOfBits.Clear();
    }

    /// <summary>Takes the records of a block.</summary>
    public void AddBlock(byte* block, int length)
    {
        for (var next = block; next < block + length;)
        {
            var kind = *next >> 4;
            if (kind == DistinctRecord.Texts)
            {
                next = ReadTexts(next);
                continue;
            }
            bool added;
            FoldEntry* entry;
            if (kind is DistinctRecord.LongSet or DistinctRecord.LongList)
            {
                next = FoldRecord.ReadLongKey(next, out var key, out var keyLength);
                entry = table.Find(new ReadOnlySpan<byte>(key, keyLength), out added);
            }
            else
            {
                next = FoldRecord.ReadInlineKey(next, out var high, out var low);
                entry = table.Find(high, low, out added);
            }
            if (added) entry->State = 0;
            next = kind switch
            {
                DistinctRecord.Bit => AddBits(entry, 1UL << *next, next + 1),
                DistinctRecord.Set or DistinctRecord.LongSet => AddSet(entry, next),
                _ => AddList(entry, next),
            };
        }
        if (table.Memory + longKeys.Used + nodes.Used <= memory || table.Count == 0) return;
        EndBucket();
        table.Clear(0);
    }

    /// <summary>Hands the keys of the bucket to the sorter.</summary>
    public void EndBucket()
    {
        var inline = stackalloc byte[16];
        foreach (ref var entry in table.Entries)
        {
            if (entry.IsFree) continue;
            Collect((Node*)entry.State);
            sorter.Add(entry.KeyBytes(inline), state.Encoded);
        }
        longKeys.Reset();
        nodes.Reset();
    }

    public void Dispose()
    {
        table.Dispose();
        longKeys.Dispose();
        nodes.Dispose();
    }

    private byte* ReadTexts(byte* record)
    {
        if ((*record & 15) == DistinctRecord.Begins) set = numbersOfBits.Count;
        var next = VarInt.Read(record + 1, out var length);
        for (var end = next + length; next < end;)
        {
            var text = new ReadOnlySpan<byte>(next + 4, BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(next, 4)));
            numbersOfBits.Add(numbers.Of(text));
            next += 4 + text.Length;
        }
        return next;
    }

    private byte* AddSet(FoldEntry* entry, byte* next)
    {
        next = VarInt.Read(next, out var bits);
        return AddBits(entry, bits, next);
    }

    private byte* AddBits(FoldEntry* entry, ulong bits, byte* next)
    {
        var first = (Node*)entry->State;
        if (first != null && first->Set == set)
        {
            first->Bits |= bits;
            return next;
        }
        var node = (Node*)nodes.Allocate(sizeof(Node));
        *node = new Node { Next = first, Set = set, Bits = bits };
        entry->State = (long)node;
        return next;
    }

    private byte* AddList(FoldEntry* entry, byte* next)
    {
        next = VarInt.Read(next, out var length);
        var node = (Node*)nodes.Allocate(sizeof(Node) + (((long)length + 7) & ~7));
        *node = new Node { Next = (Node*)entry->State, Set = ListMark, Bits = length };
        new ReadOnlySpan<byte>(next, (int)length).CopyTo(new Span<byte>(node + 1, (int)length));
        entry->State = (long)node;
        return next + length;
    }

    private void Collect(Node* first)
    {
        state.Clear();
        for (var node = first; node != null; node = node->Next)
        {
            if (node->Set == ListMark)
            {
                state.AddList(new ReadOnlySpan<byte>(node + 1, (int)node->Bits));
                continue;
            }
            for (var bits = node->Bits; bits != 0; bits &= bits - 1) state.Add(numbersOfBits[node->Set + BitOperations.TrailingZeroCount(bits)]);
        }
        state.Encode();
    }

    /// <summary>Some texts of a key: the bits of a set, or a list that follows the node.</summary>
    private struct Node
    {
        public Node* Next;

        /// <summary>Where the numbers of the set's bits begin, or <see cref="ListMark"/>.</summary>
        public int Set;

        /// <summary>The bits, or the length of the list.</summary>
        public ulong Bits;
    }
}
