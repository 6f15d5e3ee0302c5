using System.Globalization;
using MapReduce.Sdk;

namespace MapReduce.Engine.Output;

/// <summary>Which of an output's parts one is.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Count">The number of parts.</param>
internal readonly record struct PartNumber(int Index, int Count);

/// <summary>Names output files.</summary>
internal static class PartNames
{
    private const int FewestDigits = 5;

    /// <summary>Where an output is below the job's output: its file, or the folder of its parts.</summary>
    public static string PlaceOf(OutputTarget target) => target.FileName is null ? target.Name : Of(target, new PartNumber(0, 1));

    /// <summary>
    /// The name of a part: <c>part-00000</c> in the output's folder, with the suffix of its compression; or the single file that the target names.
    /// All parts have as many digits, five or what the last one needs, so that names sort as numbers.
    /// </summary>
    public static string Of(OutputTarget target, PartNumber part)
    {
        var digits = Math.Max(FewestDigits, (part.Count - 1).ToString(CultureInfo.InvariantCulture).Length);
        var file = target.FileName ?? $"part-{part.Index.ToString($"D{digits}", CultureInfo.InvariantCulture)}{target.FileSuffix}";
        return target.Name.Length == 0 || target.FileName is not null ? file : $"{target.Name}/{file}";
    }
}
