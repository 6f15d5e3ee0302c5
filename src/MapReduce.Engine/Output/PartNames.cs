using MapReduce.Sdk;

namespace MapReduce.Engine.Output;

/// <summary>Names output files.</summary>
internal static class PartNames
{
    /// <summary>The name of a part: <c>part-00000</c> in the output's folder, with the suffix of its compression; or the single file that the target names.</summary>
    public static string Of(OutputTarget target, int part)
    {
        var suffix = target.Compression switch
        {
            OutputCompression.Gzip => ".gz",
            OutputCompression.Zstandard => ".zst",
            _ => "",
        };
        var file = target.FileName ?? $"part-{part:D5}{suffix}";
        return target.Name.Length == 0 || target.FileName is not null ? file : $"{target.Name}/{file}";
    }
}
