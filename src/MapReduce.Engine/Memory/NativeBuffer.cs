using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MapReduce.Engine.Memory;

/// <summary>A block of memory outside the garbage collector's heap, aligned to pages, with readable room behind its end.</summary>
/// <remarks>The hot paths load whole vectors: up to <see cref="Slack"/> bytes behind the end may be read, and written where stated.</remarks>
internal sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>The bytes behind the end that may be touched.</summary>
    public const int Slack = 64;

    private const int HugePage = 2 << 20;
    private const int SmallestGrown = 64 << 10;

    private byte* start;

    public NativeBuffer(long length)
    {
        Length = length;
        start = NativePool.TryTake(length);
        if (start != null) return;
        var alignment = length >= HugePage ? HugePage : 4096;
        start = (byte*)NativeMemory.AlignedAlloc((nuint)(length + Slack), (nuint)alignment);
        if (length >= HugePage) AdviseHugePages(start, length);
    }

    ~NativeBuffer() => Free();

    /// <summary>The length in bytes without the slack.</summary>
    public long Length { get; }

    /// <summary>The first byte.</summary>
    public byte* Start
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => start;
    }

    /// <summary>The first byte of a buffer that has room for some bytes: the given one, or another in its place.</summary>
    public static byte* Ensure(ref NativeBuffer? buffer, int length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            // Where there is no memory for another there is none.
            buffer = null;
            buffer = new NativeBuffer(Math.Max(length, SmallestGrown));
        }
        return buffer.Start;
    }

    public void Clear() => NativeMemory.Clear(start, (nuint)(Length + Slack));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (start == null) return;
        if (!NativePool.TryKeep(start, Length)) NativeMemory.AlignedFree(start);
        start = null;
    }

    /// <summary>Large tables and pages cost far fewer faults and look-aside misses on huge pages; a system without them is as correct.</summary>
    private static void AdviseHugePages(byte* start, long length)
    {
        if (OperatingSystem.IsLinux()) _ = MemoryAdvise((nint)start, (nuint)length, 14);
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int MemoryAdvise(nint address, nuint length, int advice);
}
