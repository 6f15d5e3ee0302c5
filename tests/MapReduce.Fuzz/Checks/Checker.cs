using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;

namespace MapReduce.Fuzz.Checks;

/// <summary>Holds what a run has come to against what it has to come to.</summary>
internal static class Checker
{
    private const int ShownFailures = 3;

    /// <exception cref="Violation">They differ.</exception>
    public static void Check(Expectation expected, Observation observed)
    {
        if (observed.Left.Count > 0) throw new Violation("left", $"the run has left {string.Join(", ", observed.Left)}");
        if (observed.Error is not null)
        {
            CheckFailure(expected, observed);
            return;
        }
        if (expected.Failures.Count > 0) throw new Violation("succeeds", $"the run succeeds, and has to fail: {Shown(expected.Failures)}");
        if (observed.Damaged.Count > 0) throw new Violation("hashes", string.Join(", ", observed.Damaged));
        CheckSkipped(expected, observed);
        foreach (var output in expected.Outputs) OutputCheck.Check(output, observed);
        CheckFiles(expected, observed);
        CheckTables(expected, observed);
        CheckCounters(expected, observed);
        if (expected.InputRecords is { } records && observed.InputRecords is { } read && read != records) throw new Violation("records", $"{read} records were read, and there are {records}");
    }

    private static void CheckFailure(Expectation expected, Observation observed)
    {
        var allowed = expected.Failures.Concat(expected.Possible).ToList();
        if (allowed.Count == 0) throw new Violation("fails", $"the run fails, and has to succeed: {observed.Error}: {observed.Message}");
        if (!allowed.Exists(failure => failure.Error == observed.Error && failure.Words.All(words => observed.Message.Contains(words, StringComparison.Ordinal))))
            throw new Violation("reason", $"the run fails for another reason than it has to: {Shown(allowed)}; but {observed.Error}: {observed.Message}");
    }

    private static string Shown(List<ExpectedFailure> failures) => string.Join("; or ", failures.Select(failure => failure.ToString()).Distinct().Take(ShownFailures)) + (failures.Count > ShownFailures ? $"; or {failures.Count - ShownFailures} more" : "");

    private static void CheckSkipped(Expectation expected, Observation observed)
    {
        if (observed.SkippedRecords is { } skipped && skipped != expected.Skipped.Count) throw new Violation("skipped", $"{skipped} records are said to be passed over, and {expected.Skipped.Count} have to be");
        var here = Sorted(expected.Skipped);
        var there = Sorted(observed.Quarantine);
        for (var i = 0; i < Math.Max(here.Count, there.Count); i++)
        {
            var (wanted, found) = (i < here.Count ? here[i] : null, i < there.Count ? there[i] : null);
            if (wanted != found) throw new Violation("quarantine", $"{there.Count} records are in the quarantine, and {here.Count} have to be; the first that differs has to be {wanted}, and is {found}");
        }
    }

    private static List<SkippedRecord> Sorted(IReadOnlyList<SkippedRecord> records)
        => [.. records.OrderBy(record => record.File, StringComparer.Ordinal).ThenBy(record => record.Offset).ThenBy(record => record.Base64, StringComparer.Ordinal)];

    /// <summary>No file is there that belongs to no output.</summary>
    private static void CheckFiles(Expectation expected, Observation observed)
    {
        var known = expected.Outputs.SelectMany(output => OutputCheck.FilesOf(output, observed)).Select(file => file.Name).ToHashSet();
        var unknown = observed.Manifest!.Files.Select(file => file.Name).Where(name => !known.Contains(name) && !name.StartsWith("_quarantine/", StringComparison.Ordinal)).ToList();
        if (unknown.Count > 0) throw new Violation("files", $"nobody writes {string.Join(", ", unknown)}");
        var folders = observed.Manifest.Outputs.Select(output => output.Name).Order(StringComparer.Ordinal);
        if (!folders.SequenceEqual(expected.Outputs.Where(output => output.Plan.File is null).Select(output => output.Plan.Name).Order(StringComparer.Ordinal))) throw new Violation("files", $"the manifest has the outputs {string.Join(", ", folders)}");
    }

    private static void CheckTables(Expectation expected, Observation observed)
    {
        foreach (var (table, rows) in expected.Tables)
        {
            var wanted = Rows.Of(Bytes.Joined(rows.Select(row => (byte[])[.. row.Key, (byte)'\t', .. row.Value, (byte)'\n'])));
            var found = observed.Tables.GetValueOrDefault(table) ?? [""];
            if (!wanted.SequenceEqual(found)) throw new Violation("table", $"the table '{table}' has {found.Count - 1} rows, and has to have {rows.Count}; {Bytes.Difference(string.Join('\n', wanted), string.Join('\n', found))}");
        }
    }

    private static void CheckCounters(Expectation expected, Observation observed)
    {
        foreach (var name in expected.Counters.Keys.Union(observed.Manifest!.Counters.Keys))
        {
            var (wanted, found) = (expected.Counters.GetValueOrDefault(name, -1), observed.Manifest.Counters.GetValueOrDefault(name, -1));
            if (wanted != found) throw new Violation("counters", $"'{name}' has to be {wanted}, and is {found}");
        }
    }
}
