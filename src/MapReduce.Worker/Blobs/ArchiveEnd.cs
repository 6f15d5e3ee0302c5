using System.Buffers.Binary;

namespace MapReduce.Worker.Blobs;

/// <summary>What the end of a ZIP archive says of the directory before it: known before anything of the directory is read, and nothing to rely on.</summary>
/// <remarks>
/// The record: <c>PK 5 6</c>, disk 2, disk of the directory 2, entries on this disk 2, entries 2, bytes of the directory 4, its offset 4, length of the comment 2, comment.
/// Where a number is too large for it, a locator lies before it: <c>PK 6 7</c>, disk 4, offset of the ZIP64 record 8, disks 4.
/// The ZIP64 record: <c>PK 6 6</c>, bytes of the rest 8, versions 4, disk 4, disk of the directory 4, entries on this disk 8, entries 8, bytes of the directory 8, its offset 8.
/// </remarks>
internal readonly record struct ArchiveEnd(ulong Entries, ulong Bytes)
{
    private const int Record = 22;
    private const int Locator = 20;
    private const int LargeRecord = 56;

    /// <summary>Reads it. Zeros where there is none: whoever opens the archive finds that out as well.</summary>
    public static ArchiveEnd Read(Stream archive)
    {
        var end = new byte[(int)Math.Min(archive.Length, Locator + Record + ushort.MaxValue)];
        archive.Seek(-end.Length, SeekOrigin.End);
        archive.ReadExactly(end);
        var at = end.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || at + Record > end.Length) return default;
        var record = end.AsSpan(at, Record);
        var (entries, bytes, offset) = (BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), BinaryPrimitives.ReadUInt32LittleEndian(record[16..]));
        var isLarge = entries == ushort.MaxValue || bytes == uint.MaxValue || offset == uint.MaxValue;
        return isLarge && at >= Locator ? ReadLarge(archive, end.AsSpan(at - Locator, Locator)) : new ArchiveEnd(entries, bytes);
    }

    private static ArchiveEnd ReadLarge(Stream archive, ReadOnlySpan<byte> locator)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        if (!locator.StartsWith("PK\u0006\u0007"u8) || archive.Length < LargeRecord || offset > (ulong)(archive.Length - LargeRecord)) return default;
        Span<byte> record = stackalloc byte[LargeRecord];
        archive.Seek((long)offset, SeekOrigin.Begin);
        archive.ReadExactly(record);
        return new ArchiveEnd(BinaryPrimitives.ReadUInt64LittleEndian(record[32..]), BinaryPrimitives.ReadUInt64LittleEndian(record[40..]));
    }
}
