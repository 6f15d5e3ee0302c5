using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Checks;
using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;

namespace MapReduce.Fuzz;

/// <summary>Runs cases, and makes a small one of one that comes to something else than it has to.</summary>
internal sealed class Trials(IRunner runner, Semantics semantics)
{
    private const int MostTries = 1500;

    /// <summary>Runs a case.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public Exception? Run(Case of, Coverage? coverage = null)
    {
        try
        {
            using var place = new Workplace(of);
            var expected = SequentialRun.Of(of, place.Inputs, place.Settings, semantics);
            var observed = runner.Run(place);
            Checker.Check(expected, observed);
            coverage?.Add(of, expected, observed);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Runs seeds until something is wrong.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last.</param>
    /// <param name="coverage">Takes what was tried.</param>
    /// <param name="progress">Told each seed that is done, and whether to go on.</param>
    public (long Seed, Exception Broken)? Run(long first, long last, Coverage coverage, Func<long, bool>? progress = null)
    {
        for (var seed = first; seed <= last; seed++)
        {
            var drawn = CaseGenerator.Draw(seed);
            if (runner.Takes(drawn) && Run(drawn, coverage) is { } broken) return (seed, broken);
            if (progress?.Invoke(seed) == false) break;
        }
        return null;
    }

    /// <summary>The way to the smallest case that was found in which the same is wrong.</summary>
    public (Case Case, IReadOnlyList<int> Way, Exception Broken) Shrink(Case of, Exception broken)
    {
        var way = new List<int>();
        var tries = 0;
        for (var isSmaller = true; isSmaller && tries < MostTries;)
        {
            isSmaller = false;
            foreach (var (step, smaller) in Shrinker.Smaller(of).Index())
            {
                if (++tries > MostTries) break;
                if (!runner.Takes(smaller) || Run(smaller) is not { } again || RuleOf(again) != RuleOf(broken)) continue;
                way.Add(step);
                (of, broken, isSmaller) = (smaller, again, true);
                break;
            }
        }
        return (of, way, broken);
    }

    /// <summary>What is wrong with a seed, and how to see it again.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="broken">What is wrong.</param>
    /// <param name="options">What the program is to be told beside the seed.</param>
    public string Tell(long seed, Exception broken, string options = "")
    {
        var (smallest, way, again) = Shrink(CaseGenerator.Draw(seed), broken);
        var command = $"dotnet run -c Release --project tests/MapReduce.Fuzz -- --seed {seed}";
        return $"Seed {seed}: {Words(broken)}\nRepeat it with {command}{options}\nThe smallest case in which it happens: {command}{(way.Count > 0 ? $" --smaller {string.Join('.', way)}" : "")}{options}\n{smallest}\n{Words(again)}";
    }

    public static string RuleOf(Exception exception) => exception is Violation violation ? violation.Rule : exception.GetType().Name;

    private static string Words(Exception exception) => exception is Violation ? exception.Message : exception.ToString();
}
