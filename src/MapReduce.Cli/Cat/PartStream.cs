using System.IO.Compression;
using MapReduce.Storage;

namespace MapReduce.Cli.Cat;

/// <summary>Reads a part, whatever its compression, and checks it at its end.</summary>
internal sealed class PartStream : IDisposable
{
    private readonly CheckedFile file;
    private readonly Stream content;

    public PartStream(string path, ManifestFile written)
    {
        file = new CheckedFile(path, written);
        content = Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new ZstdSharp.DecompressionStream(file, leaveOpen: false),
            _ => file,
        };
    }

    /// <summary>Reads on.</summary>
    /// <returns>The number of bytes; 0 at the end, where all is as the job wrote it.</returns>
    /// <exception cref="UserException">The file cannot be read, or is damaged.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            var read = content.Read(buffer);
            if (read == 0 && buffer.Length > 0) file.Verify();
            return read;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw file.Damaged();
        }
    }

    public void Dispose()
    {
        content.Dispose();
        file.Dispose();
    }
}
