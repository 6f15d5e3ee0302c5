using System.Diagnostics;
using System.Globalization;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation;

/// <summary>Simulates clusters: <c>--seeds 1-100000</c> runs histories, <c>scale</c> measures the master with thousands of slots.</summary>
internal static class Program
{
    private const string Usage = "usage: --seeds FIRST-LAST | --seeds SEED | scale [--small]";

    public static int Main(string[] arguments) => arguments switch
    {
        ["--seeds", var range] when TryRange(range, out var first, out var last) => Run(first, last),
        ["scale"] => Measure(Scale.ScaleReport.Large),
        ["scale", "--small"] => Measure(Scale.ScaleReport.Small),
        _ => Refuse(),
    };

    private static int Refuse()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }

    private static int Measure(IReadOnlyList<Scale.ScalePlan> plans)
    {
        Scale.ScaleReport.Run(plans, Console.Out);
        return 0;
    }

    private static int Run(long first, long last)
    {
        var clock = Stopwatch.StartNew();
        var (coverage, found) = Histories.Run(first, last, () => new Surroundings(), seed =>
        {
            if (seed % 10_000 == 0) Console.Error.WriteLine($"seed {seed}, {clock.Elapsed.TotalSeconds:0} s");
        });
        Console.WriteLine(coverage);
        Console.WriteLine($"{coverage.Histories} histories with {coverage.Faults} faults in {clock.Elapsed.TotalSeconds:0.0} s: {coverage.Histories / clock.Elapsed.TotalSeconds:0} a second.");
        if (found is { } broken)
        {
            Console.WriteLine(Histories.Tell(broken.Seed, broken.Broken, () => new Surroundings()));
            return 1;
        }
        var empty = coverage.Empty();
        // A handful of seeds cannot meet everything.
        if (empty.Count == 0 || last - first < 2_000) return 0;
        Console.WriteLine($"These never happened, so nothing is known of them: {string.Join("; ", empty)}. Run more seeds.");
        return 1;
    }

    private static bool TryRange(string range, out long first, out long last)
    {
        var ends = range.Split('-');
        last = 0;
        return long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out last) && ends.Length <= 2 && last >= first;
    }
}
