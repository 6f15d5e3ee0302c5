using MapReduce.Simulation.Checks;
using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation;

/// <summary>Runs histories, and makes a short story of one in which something was broken.</summary>
internal static class Histories
{
    private const int Draws = 12;

    /// <summary>Runs a plan.</summary>
    /// <returns>What was broken; null for nothing.</returns>
    public static Exception? Run(Plan plan, Surroundings surroundings, Coverage? coverage = null)
    {
        var world = new World(plan, surroundings);
        try
        {
            world.Run();
            coverage?.Add(world.Coverage);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Runs seeds on all processors until something is broken.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last.</param>
    /// <param name="surroundings">Makes what surrounds each history.</param>
    /// <param name="progress">Told now and then how many are done.</param>
    public static (Coverage Coverage, (long Seed, Exception Broken)? Found) Run(long first, long last, Func<Surroundings> surroundings, Action<long>? progress = null)
    {
        var total = new Coverage();
        var next = first - 1;
        (long Seed, Exception Broken)? found = null;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work, 4 << 20)).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return (total, found);

        void Work()
        {
            var coverage = new Coverage();
            for (long seed; (seed = Interlocked.Increment(ref next)) <= last;)
            {
                // The lowest seed that is known to break something ends it, so that the answer is the same each time.
                lock (total)
                    if (found is { } known && known.Seed < seed) break;
                if (Run(PlanGenerator.Draw(seed), surroundings(), coverage) is { } broken)
                    lock (total)
                        if (found is null || found.Value.Seed > seed) found = (seed, broken);
                progress?.Invoke(seed);
            }
            lock (total) total.Add(coverage);
        }
    }

    /// <summary>The smallest plan that was found in which the same is broken.</summary>
    public static Plan Shrink(Plan plan, Exception broken, Func<Surroundings> surroundings)
    {
        for (var isSmaller = true; isSmaller;)
        {
            isSmaller = false;
            // What is broken may depend on what is drawn on the way, so each is tried with a few draws.
            foreach (var smaller in Smaller(plan).SelectMany(smaller => Enumerable.Range(0, Draws).Select(draw => smaller with { Seed = smaller.Seed + draw })))
            {
                if (Run(smaller, surroundings()) is not { } again || RuleOf(again) != RuleOf(broken)) continue;
                (plan, isSmaller) = (smaller, true);
                break;
            }
        }
        return plan;
    }

    /// <summary>What was broken, in which plan, and what happened.</summary>
    public static string Tell(long seed, Exception broken, Func<Surroundings> surroundings)
    {
        var plan = Shrink(PlanGenerator.Draw(seed), broken, surroundings);
        var world = new World(plan, surroundings(), tells: true);
        var again = broken;
        try
        {
            world.Run();
        }
        catch (Exception exception)
        {
            again = exception;
        }
        var how = again is Violation ? again.Message : again.ToString();
        var story = world.Story.Count <= 150 ? world.Story : [.. world.Story.Take(50), $"   ... {world.Story.Count - 150} more ...", .. world.Story.TakeLast(100)];
        return $"Seed {seed} breaks a promise: {how}\nReplay it with --seeds {seed}. The smallest history in which it happens: {plan}\n{string.Join('\n', story)}";
    }

    private static string RuleOf(Exception exception) => exception is Violation violation ? violation.Rule : exception.GetType().Name;

    private static IEnumerable<Plan> Smaller(Plan plan)
    {
        for (var i = 0; i < plan.Faults.Count && plan.Faults.Count > 1; i++) yield return plan with { Faults = [.. plan.Faults.Where((_, index) => index != i)] };
        for (var i = 0; i < plan.Jobs.Count && plan.Jobs.Count > 1; i++) yield return plan with { Jobs = [.. plan.Jobs.Where((_, index) => index != i)] };
        if (plan.Nodes > 3) yield return plan with { Nodes = Math.Max(3, plan.Nodes / 2) };
        if (plan.Nodes > 3) yield return plan with { Nodes = plan.Nodes - 1 };
        if (plan.Watchers > 0) yield return plan with { Watchers = plan.Watchers - 1 };
        if (plan.Slots > 1) yield return plan with { Slots = 1 };
        for (var i = 0; i < plan.Jobs.Count; i++)
        {
            foreach (var smaller in Smaller(plan.Jobs[i])) yield return plan with { Jobs = [.. plan.Jobs.Select((job, index) => index == i ? smaller : job)] };
        }
        for (var i = 0; i < plan.Faults.Count; i++)
            if (plan.Faults[i].Skip > 0) yield return plan with { Faults = [.. plan.Faults.Select((fault, index) => index == i ? fault with { Skip = fault.Skip / 2 } : fault)] };
    }

    private static IEnumerable<JobPlan> Smaller(JobPlan job)
    {
        if (job.Shape > JobShape.OneStage) yield return job with { Shape = job.Shape - 1 };
        if (job.Maps > 1) yield return job with { Maps = job.Maps / 2 };
        if (job.Reduces > 1) yield return job with { Reduces = job.Reduces / 2 };
        if (job.Pairs > 1) yield return job with { Pairs = 1 };
        if (job.Watchers > 0) yield return job with { Watchers = job.Watchers - 1 };
        if (job.SubmitAt > 0) yield return job with { SubmitAt = 0 };
    }
}
