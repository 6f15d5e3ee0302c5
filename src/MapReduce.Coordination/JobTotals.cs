using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

/// <summary>What the attempts that count have read and written, all together.</summary>
public sealed class JobTotals
{
    private const int HotKeysKept = 5;

    private readonly List<HotKey> hotKeys = [];

    /// <summary>Records of input read.</summary>
    public long InputRecords { get; private set; }

    /// <summary>Bytes of input read.</summary>
    public long InputBytes { get; private set; }

    /// <summary>Bytes of map output made.</summary>
    public long ShuffleBytes { get; private set; }

    /// <summary>Bytes written to temporary files for want of memory.</summary>
    public long SpilledBytes { get; private set; }

    /// <summary>Pairs written to outputs and datasets.</summary>
    public long RowsWritten { get; private set; }

    /// <summary>Bytes written to outputs and datasets.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Bytes read of inputs, and of what other tasks have made.</summary>
    public long WorkBytes { get; private set; }

    /// <summary>The heaviest keys, most first.</summary>
    public IReadOnlyList<HotKey> HotKeys => hotKeys;

    internal void Add(Totals? totals)
    {
        Change(totals, 1);
        if (totals is null || totals.HotKeys.Count == 0) return;
        hotKeys.AddRange(totals.HotKeys);
        hotKeys.Sort((left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : string.CompareOrdinal(left.Key, right.Key));
        if (hotKeys.Count > HotKeysKept) hotKeys.RemoveRange(HotKeysKept, hotKeys.Count - HotKeysKept);
    }

    /// <summary>Takes the share of an attempt out again that counts no more. The keys that its own have crowded out come back with the attempt that takes its place.</summary>
    internal void Remove(Totals? totals)
    {
        Change(totals, -1);
        foreach (var key in totals?.HotKeys ?? []) hotKeys.Remove(key);
    }

    /// <summary>Makes the heaviest keys those of a snapshot.</summary>
    internal void Restore(IEnumerable<HotKey> keys)
    {
        hotKeys.Clear();
        hotKeys.AddRange(keys);
    }

    private void Change(Totals? totals, int sign)
    {
        if (totals is null) return;
        if (totals.ReadsInput)
        {
            InputRecords += sign * totals.RecordsRead;
            InputBytes += sign * totals.BytesRead;
        }
        ShuffleBytes += sign * totals.ShuffleBytes;
        SpilledBytes += sign * totals.SpilledBytes;
        RowsWritten += sign * totals.RowsWritten;
        WrittenBytes += sign * totals.BytesWritten;
        WorkBytes += sign * totals.BytesRead;
    }
}
