using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Input;

/// <summary>How the bytes of an input file are compressed.</summary>
public enum FileCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip, one member or several.</summary>
    Gzip,

    /// <summary>Zstandard, one frame or several.</summary>
    Zstandard,
}

/// <summary>Opens inputs.</summary>
internal static class ByteSources
{
    /// <summary>The compression of a file, by its first bytes: names may lie.</summary>
    public static FileCompression Detect(string path)
    {
        using var file = EngineFiles.Open(path);
        Span<byte> head = stackalloc byte[4];
        var length = EngineFiles.Read(file, head, 0, path);
        // Where the name says so, too, a third byte that does not fit is damage.
        if (length >= 2 && head[0] == 0x1F && head[1] == 0x8B && ((length >= 3 && head[2] == 8) || path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))) return FileCompression.Gzip;
        return length == 4 && BeginsZstandard(BinaryPrimitives.ReadUInt32LittleEndian(head)) ? FileCompression.Zstandard : FileCompression.None;
    }

    // The numbers of a frame, and of one of the sixteen kinds that readers skip: pzstd begins its files with such a one.
    private static bool BeginsZstandard(uint magic) => magic == 0xFD2FB528 || (magic & 0xFFFF_FFF0) == 0x184D2A50;

    /// <summary>Opens a file at <paramref name="start"/>; a compressed one only at 0.</summary>
    public static IByteSource Open(InputFile file, long start)
    {
        CheckUnchanged(file);
        return file.Compression switch
        {
            FileCompression.None => new PlainSource(file.Path, start),
            FileCompression.Gzip => new GzipSource(file.Path),
            _ => new ZstandardSource(file.Path),
        };
    }

    /// <summary>Fails if the file is not as it was planned.</summary>
    public static void CheckUnchanged(InputFile file)
    {
        var info = new FileInfo(file.Path);
        if (!info.Exists) throw Changed(file, "it is gone");
        if (info.Length != file.Length) throw Changed(file, $"it had {file.Length} bytes and has {info.Length}");
        if (info.LastWriteTimeUtc.Ticks != file.ModifiedTicks) throw Changed(file, "it was written to");
    }

    /// <summary>The error of a compressed file that cannot be read to its end.</summary>
    internal static EngineException Damaged(string path, string what, long position, Exception? cause) => new(EngineError.BadInput,
        $"The compressed input '{path}' is damaged or cut short: {what} (after {position} decompressed bytes). Fetch or compress the file again.", cause);

    private static EngineException Changed(InputFile file, string how) => new(EngineError.InputChanged,
        $"The input changed while the job ran: '{file.Path}': {how}. Run the job again when nothing writes to its input.");

    private sealed class PlainSource(string path, long start) : IByteSource
    {
        private readonly SafeFileHandle file = EngineFiles.Open(path);

        public string Path => path;

        public long Position { get; private set; } = start;

        public int Read(Span<byte> target)
        {
            var read = EngineFiles.Read(file, target, Position, path);
            Position += read;
            return read;
        }

        public void Dispose() => file.Dispose();
    }
}
