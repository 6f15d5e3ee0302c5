using System.IO.Compression;

namespace MapReduce.Cli.Cat;

/// <summary>Opens a part, whatever its compression.</summary>
internal static class PartStream
{
    public static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        return Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new ZstdSharp.DecompressionStream(file, leaveOpen: false),
            _ => file,
        };
    }
}
