using MapReduce.Sdk;

namespace MapReduce.Engine.Sorting;

/// <summary>Cuts sorted pairs into groups whose items are streamed.</summary>
internal sealed class Groups<TGroup, TItem>
    where TGroup : allows ref struct
    where TItem : allows ref struct
{
    private readonly SortedPairs pairs;
    private readonly GroupReading<TGroup, TItem> reading;
    private readonly GroupValues values;
    private readonly ByteWriter group = new();
    private bool atPair;

    public Groups(SortedPairs pairs, GroupReading<TGroup, TItem> reading)
    {
        this.pairs = pairs;
        this.reading = reading;
        values = new GroupValues(this);
        atPair = pairs.MoveNext();
    }

    /// <summary>The present group, valid until the next.</summary>
    public TGroup Group => reading.ReadGroup(group.Written);

    /// <summary>The bytes of the present group.</summary>
    public ReadOnlySpan<byte> GroupBytes => group.Written;

    /// <summary>The items of the present group.</summary>
    public Values<TItem> Values => values;

    /// <summary>The items of the present group so far stepped over.</summary>
    public long Count { get; private set; }

    /// <summary>Steps to the next group, past items that were not read.</summary>
    /// <returns>Whether there was one.</returns>
    public bool MoveNext()
    {
        Skip();
        if (!atPair) return false;
        group.Clear();
        group.Write(pairs.Key[..reading.GroupLength(pairs.Key)]);
        Count = 0;
        values.Begin();
        return true;
    }

    /// <summary>Steps over the items that the reducer left.</summary>
    public void Skip()
    {
        while (values.MoveNext())
        {
        }
    }

    private sealed class GroupValues(Groups<TGroup, TItem> owner) : Values<TItem>
    {
        private bool first;
        private bool ended = true;

        public override TItem Current => owner.reading.ReadItem(owner.pairs.Key, owner.pairs.Value);

        public void Begin() => (first, ended) = (true, false);

        public override bool MoveNext()
        {
            if (ended) return false;
            if (first)
            {
                first = false;
                owner.Count++;
                return true;
            }
            owner.atPair = owner.pairs.MoveNext();
            if (owner.atPair && owner.IsInGroup())
            {
                owner.Count++;
                return true;
            }
            ended = true;
            return false;
        }
    }

    private bool IsInGroup()
    {
        var key = pairs.Key;
        var length = reading.GroupLength(key);
        return length == group.Length && key[..length].SequenceEqual(group.Written);
    }
}
