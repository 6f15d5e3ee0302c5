using System.Diagnostics;
using System.Globalization;
using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Mistakes;
using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;

namespace MapReduce.Fuzz;

/// <summary>Runs jobs that seeds draw, and holds what they come to against a sequential run that shares no code with the engine.</summary>
internal static class Program
{
    private const string Usage = """
        usage: --seed SEED | --seeds FIRST-LAST | --minutes MINUTES [--from SEED]
               [--smaller STEP.STEP…]   with --seed: a smaller case, as the program tells it
               [--cluster]              runs on a cluster in this process instead of in this process alone
               [--mistake NAME]         with a mistake in what is taken for right, to see it found
        """;

    public static int Main(string[] arguments)
    {
        try
        {
            return Run(Options.Read(arguments));
        }
        catch (FormatException exception)
        {
            Console.Error.WriteLine($"{exception.Message}\n{Usage}");
            return 2;
        }
    }

    private static int Run(Options options)
    {
        var clock = Stopwatch.StartNew();
        var coverage = new Coverage();
        using var cluster = options.IsOnCluster ? new ClusterOfNodes() : null;
        var trials = new Trials((IRunner?)cluster ?? new LocalProcess(coverage.Use), options.Mistake is { } mistake ? PlantedMistakes.All[mistake].Plant() : new Semantics());
        if (options.Way is { } way) return RunSmaller(trials, options.First, way);
        var cases = 0L;
        var found = trials.Run(options.First, options.Last, coverage, seed =>
        {
            if (++cases % 500 == 0) Console.Error.WriteLine($"seed {seed}, {clock.Elapsed.TotalSeconds:0} s");
            return options.Limit is not { } limit || clock.Elapsed < limit;
        });
        Console.WriteLine(coverage);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases} cases in {clock.Elapsed.TotalSeconds:0} s."));
        if (found is { } broken)
        {
            Console.WriteLine(trials.Tell(broken.Seed, broken.Broken, options.Text));
            return 1;
        }
        // On a cluster the API is called elsewhere, and a few seeds cannot meet everything.
        var empty = options.IsOnCluster || cases < Coverage.EnoughCases ? [] : coverage.Empty();
        if (empty.Count == 0) return 0;
        Console.WriteLine($"These never happened, so nothing is known of them: {string.Join("; ", empty)}. Run more seeds.");
        return 1;
    }

    private static int RunSmaller(Trials trials, long seed, IReadOnlyList<int> way)
    {
        var smaller = Shrinker.Along(CaseGenerator.Draw(seed), way);
        Console.WriteLine(smaller);
        var broken = trials.Run(smaller);
        Console.WriteLine(broken?.ToString() ?? "Nothing is wrong.");
        return broken is null ? 0 : 1;
    }

    /// <summary>What the program is told.</summary>
    private sealed record Options(long First, long Last, TimeSpan? Limit, IReadOnlyList<int>? Way, bool IsOnCluster, string? Mistake)
    {
        /// <summary>What belongs to a command beside the seed.</summary>
        public string Text => $"{(IsOnCluster ? " --cluster" : "")}{(Mistake is null ? "" : $" --mistake {Mistake}")}";

        public static Options Read(string[] arguments)
        {
            var options = new Options(0, -1, null, null, false, null);
            for (var i = 0; i < arguments.Length; i++)
            {
                options = arguments[i] switch
                {
                    "--cluster" => options with { IsOnCluster = true },
                    "--seed" => options.Of(Numbers(Next(), '-', 1)),
                    "--seeds" => options.Of(Numbers(Next(), '-', 2)),
                    "--from" => options with { First = Numbers(Next(), '-', 1)[0] },
                    "--minutes" => options with { Last = long.MaxValue, First = Math.Max(1, options.First), Limit = TimeSpan.FromMinutes(Numbers(Next(), '-', 1)[0]) },
                    "--smaller" => options with { Way = [.. Numbers(Next(), '.', int.MaxValue).Select(step => (int)step)] },
                    "--mistake" => options with { Mistake = PlantedMistakes.All.ContainsKey(Next()) ? arguments[i] : throw new FormatException($"There is no mistake '{arguments[i]}'. There are: {string.Join(", ", PlantedMistakes.All.Keys)}.") },
                    _ => throw new FormatException($"What is '{arguments[i]}'?"),
                };

                string Next() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"What follows '{arguments[i - 1]}'?");
            }
            return options.Last >= options.First ? options : throw new FormatException("Which seeds?");
        }

        private Options Of(long[] range) => this with { First = range[0], Last = range[^1] };

        private static long[] Numbers(string text, char separator, int most)
        {
            var parts = text.Split(separator);
            return parts.Length <= most && Array.TrueForAll(parts, part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? [.. parts.Select(part => long.Parse(part, CultureInfo.InvariantCulture))]
                : throw new FormatException($"'{text}' is none of the numbers that are wanted.");
        }
    }
}
