using System.Buffers.Binary;
using System.IO.Hashing;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Input;

/// <summary>Decompresses a gzip file. Behind a member come the end of the file, zeros, or another member; all else is damage, and never taken for the end.</summary>
/// <remarks>
/// <code>
/// member:  1F 8B | 08 | flags | time ×4 | 2 more | [extra: length ×2, bytes] | [name, 00] | [comment, 00] | [checksum of the header ×2]
///          deflated bytes | CRC-32 of the plain bytes ×4 | their length modulo 2^32 ×4
/// </code>
/// Numbers are little-endian; a bit of the flags says which of the fields in brackets are there (RFC 1952). Other readers take what they cannot
/// read behind the first member for the end of the file.
/// </remarks>
internal sealed class GzipSource(string path) : IByteSource
{
    private const int BufferLength = 1 << 16;
    private const byte HasHeaderChecksum = 0x02;
    private const byte HasExtra = 0x04;
    private const byte HasName = 0x08;
    private const byte HasComment = 0x10;
    private const byte Reserved = 0xE0;

    private readonly SafeFileHandle file = EngineFiles.Open(path);
    private readonly Inflater inflater = new(noHeader: true);
    private readonly Crc32 checksum = new();
    private readonly byte[] packed = new byte[BufferLength];
    private readonly byte[] plain = new byte[BufferLength];
    private long bufferStart;
    private int next;
    private int end;
    private uint length;
    private bool isInMember;
    private bool hasMembers;

    public string Path => path;

    public long Position { get; private set; }

    private long Offset => bufferStart + next;

    public int Read(Span<byte> target)
    {
        var total = 0;
        while (total < target.Length)
        {
            if (!isInMember && !BeginMember()) break;
            total += Inflate(target[total..]);
        }
        return total;
    }

    public void Dispose() => file.Dispose();

    /// <summary>Decompresses some bytes of the present member, and ends it where there are no more.</summary>
    private int Inflate(Span<byte> target)
    {
        var produced = 0;
        try
        {
            produced = inflater.Inflate(plain, 0, Math.Min(plain.Length, target.Length));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Beside its own exceptions it throws those of arrays, where lengths of codes contradict each other.
            next = end - inflater.RemainingInput;
            throw Damaged(exception is SharpZipBaseException ? exception.Message : "a member has codes that contradict each other", Offset, exception);
        }
        if (produced > 0)
        {
            var bytes = plain.AsSpan(0, produced);
            checksum.Append(bytes);
            length += (uint)produced;
            Position += produced;
            bytes.CopyTo(target);
        }
        else if (inflater.IsFinished)
        {
            next = end - inflater.RemainingInput;
            EndMember();
        }
        else
        {
            next = end;
            if (!inflater.IsNeedingInput) throw Damaged("a member needs a dictionary", Offset);
            if (!Fill()) throw CutShort();
            inflater.SetInput(packed, 0, end);
        }
        return produced;
    }

    /// <summary>Reads the header of the next member.</summary>
    /// <returns>Whether there is one.</returns>
    private bool BeginMember()
    {
        if (hasMembers)
            while (next < end || Fill())
            {
                if (packed[next] != 0) break;
                next++;
            }
        if (next == end && !Fill()) return false;
        var start = Offset;
        var header = new Crc32();
        if (Take(header) != 0x1F || Take(header) != 0x8B) throw Damaged("what follows the member before is neither another member nor zeros", start);
        var method = Take(header);
        if (method != 8) throw Damaged($"a member has the unknown compression method {method}", start);
        var flags = Take(header);
        if ((flags & Reserved) != 0) throw Damaged($"a member has the unknown flags 0x{flags:X2}", start);
        for (var i = 0; i < 6; i++) Take(header);
        if ((flags & HasExtra) != 0)
            for (var left = Take(header) | (Take(header) << 8); left > 0; left--) Take(header);
        if ((flags & HasName) != 0) TakeText(header);
        if ((flags & HasComment) != 0) TakeText(header);
        if ((flags & HasHeaderChecksum) != 0)
        {
            var expected = (ushort)header.GetCurrentHashAsUInt32();
            if ((Take(header) | (Take(header) << 8)) != expected) throw Damaged("the header of a member does not have its checksum", start);
        }
        inflater.Reset();
        inflater.SetInput(packed, next, end - next);
        checksum.Reset();
        length = 0;
        isInMember = hasMembers = true;
        return true;
    }

    private void EndMember()
    {
        var start = Offset;
        Span<byte> trailer = stackalloc byte[8];
        foreach (ref var value in trailer) value = Take(null);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != checksum.GetCurrentHashAsUInt32()) throw Damaged("a member does not have its checksum", start);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != length) throw Damaged("a member does not have its length", start);
        isInMember = false;
    }

    private void TakeText(Crc32 header)
    {
        while (Take(header) != 0)
        {
        }
    }

    private byte Take(Crc32? header)
    {
        if (next == end && !Fill()) throw CutShort();
        var taken = packed.AsSpan(next++, 1);
        header?.Append(taken);
        return taken[0];
    }

    private bool Fill()
    {
        bufferStart += end;
        next = 0;
        end = EngineFiles.Read(file, packed, bufferStart, path);
        return end > 0;
    }

    private EngineException CutShort() => Damaged("it ends within a member", Offset);

    private EngineException Damaged(string what, long offset, Exception? cause = null) => ByteSources.Damaged(path, $"{what}, at offset {offset} of the file", Position, cause);
}
