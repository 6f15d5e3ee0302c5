using System.Globalization;

namespace MapReduce.Docs.Tests;

/// <summary>The race in one glance, for the README, made from the table of the page on performance.</summary>
internal static class SpeedTable
{
    /// <summary>Workloads, as the race's own table of data has them.</summary>
    private static readonly (string Workload, string Words)[] Rows =
    [
        ("W1", "word count, 1 GiB of text"),
        ("W1b", "word count, 50 million different words"),
        ("W2", "log analytics, 1 GiB"),
        ("W3", "sort, 1 GiB of records"),
        ("W4", "inverted index of 200 files"),
        ("W5", "regular expression, 1 GiB"),
    ];

    private static readonly (string Title, string[] Contestants)[] Columns =
    [
        ("MapReduce for .NET", ["**ours**"]),
        ("tuned C++", ["C++"]),
        ("PLINQ", ["PLINQ"]),
        ("DuckDB", ["DuckDB"]),
        ("coreutils, ripgrep", ["coreutils", "ripgrep", "ripgrep, two processes"]),
    ];

    /// <summary>The table.</summary>
    /// <param name="page">The page on performance.</param>
    public static string Make(string page)
    {
        var race = Race(page);
        List<string> lines =
        [
            $"| seconds | {string.Join(" | ", Columns.Select(column => column.Title))} |",
            $"|---|{string.Concat(Columns.Select(_ => "---:|"))}",
            .. Rows.Select(row => $"| {row.Words} | {string.Join(" | ", Cells(race[row.Workload]))} |"),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>The median of each contestant; the shortest is bold.</summary>
    private static IEnumerable<string> Cells(IReadOnlyDictionary<string, double> medians)
    {
        var best = medians.Values.Min();
        foreach (var (_, contestants) in Columns)
        {
            var times = contestants.Where(medians.ContainsKey).Select(contestant => medians[contestant]).ToList();
            var text = times.Count == 0 ? "" : times.Min().ToString("0.00", CultureInfo.InvariantCulture);
            yield return times.Count > 0 && times.Min() == best ? $"**{text}**" : text;
        }
    }

    /// <summary>The medians in seconds, by workload and contestant.</summary>
    private static Dictionary<string, Dictionary<string, double>> Race(string page)
    {
        var race = new Dictionary<string, Dictionary<string, double>>();
        var workload = "";
        foreach (var line in page.Split('\n').SkipWhile(line => !line.StartsWith("| workload | contestant |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells[1].Length > 0) race[workload = cells[1].Split(' ', ',')[0]] = [];
            race[workload][cells[2]] = double.Parse(cells[3].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        return race;
    }
}
