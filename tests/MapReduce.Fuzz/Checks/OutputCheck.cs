using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;
using MapReduce.Storage;

namespace MapReduce.Fuzz.Checks;

/// <summary>Holds the files of one output against what they have to be, as far as anything is promised of them.</summary>
internal static class OutputCheck
{
    public static void Check(ExpectedOutput expected, Observation observed)
    {
        var files = FilesOf(expected, observed);
        var place = expected.Plan.File ?? $"the output '{expected.Plan.Name}'";
        if (expected.Count > 0 && files.Count != expected.Count) throw new Violation("parts", $"{place} has {files.Count} parts, and has to have {expected.Count}");
        var contents = files.Select(file => observed.Files[file.Name]).ToList();
        switch (expected.Layout)
        {
            case Layout.Parts:
                for (var i = 0; i < files.Count; i++) CheckBytes(files[i].Name, Bytes.Joined(expected.Parts[i].SelectMany(group => group)), contents[i]);
                break;
            case Layout.Whole:
                CheckBytes(place, Bytes.Joined(expected.Parts[0].SelectMany(group => group)), Bytes.Joined(contents));
                break;
            case Layout.Groups:
                if (GroupsInParts.Fault([.. expected.Parts[0].Select(Bytes.Joined)], contents, Bytes.Joined(expected.Ending)) is { } fault) throw new Violation("groups", $"{place}: {fault}");
                break;
            default:
                CheckRows(place, expected, contents);
                break;
        }
        CheckCounts(place, expected, files);
    }

    /// <summary>The files of an output, in their order.</summary>
    public static IReadOnlyList<ManifestFile> FilesOf(ExpectedOutput output, Observation observed)
    {
        var files = observed.Manifest!.Files;
        if (output.Plan.File is { } name) return [.. files.Where(file => file.Name == name)];
        var prefix = output.Plan.Name.Length == 0 ? "part-" : $"{output.Plan.Name}/part-";
        return [.. files.Where(file => file.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static void CheckBytes(string place, byte[] wanted, byte[] found)
    {
        if (!wanted.AsSpan().SequenceEqual(found)) throw new Violation("bytes", $"{place}: {Bytes.Difference(wanted, found)}");
    }

    private static void CheckRows(string place, ExpectedOutput expected, List<byte[]> contents)
    {
        var wanted = Rows.Of(Bytes.Joined(expected.Parts.SelectMany(part => part).SelectMany(group => group)));
        var found = Rows.Of(Bytes.Joined(contents));
        if (!wanted.SequenceEqual(found)) throw new Violation("rows", $"{place}: {Bytes.Difference(string.Join('\n', wanted), string.Join('\n', found))}");
    }

    private static void CheckCounts(string place, ExpectedOutput expected, IReadOnlyList<ManifestFile> files)
    {
        // How many parts there are may be the run's affair, and then how many of them have the row at the end.
        var wanted = expected.Layout == Layout.Groups ? expected.Rows + (files.Count - expected.Count) * expected.Ending.Count : expected.Rows;
        var found = files.Sum(file => file.Rows);
        if (found != wanted) throw new Violation("rows", $"the manifest has {found} rows of {place}, and there have to be {wanted}");
        if (expected.Layout != Layout.Parts) return;
        for (var i = 0; i < files.Count; i++)
            if (files[i].Rows != expected.Parts[i].Sum(group => group.Count)) throw new Violation("rows", $"the manifest has {files[i].Rows} rows of {files[i].Name}, and there have to be {expected.Parts[i].Sum(group => group.Count)}");
    }
}
