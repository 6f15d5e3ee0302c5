using MapReduce.Engine;
using MapReduce.Local;

namespace MapReduce.EndToEnd.Tests;

/// <summary>The ways to run a job that must not change its result.</summary>
internal static class Variant
{
    private static readonly Dictionary<string, LocalSettings> All = new()
    {
        ["as it comes"] = new(),
        ["1 slot, 1 partition"] = new() { Slots = 1, Partitions = 1 },
        ["3 partitions, 64 KiB splits"] = new() { Slots = 2, Partitions = 3, SplitBytes = 64 << 10 },
        ["10 partitions, 1 KiB splits"] = new() { Slots = 4, Partitions = 10, SplitBytes = 1 << 10 },
        ["whole files"] = new() { SplitBytes = long.MaxValue / 4, Partitions = 2 },
        ["no combiner"] = new() { Combine = false, SplitBytes = 64 << 10 },
        ["many spills"] = new() { Slots = 2, MemoryOfSlot = 512 << 10, SplitBytes = 256 << 10, KeepInMemory = false },
        ["many spills, compressed, no combiner"] = new() { Slots = 3, MemoryOfSlot = 512 << 10, Partitions = 2, KeepInMemory = false, Combine = false, Compression = BlockCompression.Lz4 },
    };

    public static IEnumerable<string> Names => All.Keys;

    public static LocalSettings Of(string name) => All[name];
}
