using MapReduce.Engine;

namespace MapReduce.Cli.Run;

/// <summary>What <c>--compress</c> may be, of runs in one process and of those on nodes.</summary>
internal static class CompressionOption
{
    /// <summary>Reads it.</summary>
    /// <returns>The name by which nodes know it, and what it means.</returns>
    /// <exception cref="UserException">There is no such compression.</exception>
    public static (string Name, BlockCompression Compression) Read(string text) => text.ToLowerInvariant() switch
    {
        "none" => ("none", BlockCompression.None),
        "lz4" => ("lz4", BlockCompression.Lz4),
        "zstd" => ("zstd", BlockCompression.Zstandard),
        _ => throw new UserException(ExitCode.Usage, $"'{text}' is no compression. Give --compress none, lz4 or zstd."),
    };
}
