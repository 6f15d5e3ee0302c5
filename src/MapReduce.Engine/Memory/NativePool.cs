using System.Collections.Concurrent;

namespace MapReduce.Engine.Memory;

/// <summary>Keeps freed buffers of a process for the next task: memory that is new to the process costs a fault and a cleared page each.</summary>
internal static unsafe class NativePool
{
    private const long Limit = 64L << 20;
    private const long Smallest = 64 << 10;

    private static readonly ConcurrentDictionary<long, ConcurrentBag<nint>> Kept = new();
    private static long held;

    /// <summary>A kept buffer of exactly <paramref name="length"/> bytes; null where there is none.</summary>
    public static byte* TryTake(long length)
    {
        if (length < Smallest || !Kept.TryGetValue(length, out var bag) || !bag.TryTake(out var address)) return null;
        Interlocked.Add(ref held, -length);
        return (byte*)address;
    }

    /// <summary>Keeps a buffer if there is room for it.</summary>
    /// <returns>Whether it was kept; if not, the caller frees it.</returns>
    public static bool TryKeep(byte* start, long length)
    {
        if (length < Smallest) return false;
        if (Interlocked.Add(ref held, length) > Limit)
        {
            Interlocked.Add(ref held, -length);
            return false;
        }
        Kept.GetOrAdd(length, _ => []).Add((nint)start);
        return true;
    }
}
