using System.Globalization;

namespace MapReduce.Simulation.Scale;

/// <summary>Runs the plans and writes the figures as they are in <c>docs/scale.md</c>.</summary>
internal static class ScaleReport
{
    private const int Maps = 990_000;
    private const int Reduces = 10_000;

    /// <summary>The cluster of the documentation.</summary>
    public static readonly IReadOnlyList<ScalePlan> Large =
    [
        new("one job of 1,000,000 tasks", 1000, 16, 1, Maps, Reduces),
        new("the same, 5 % stragglers", 1000, 16, 1, Maps, Reduces, Stragglers: 0.05),
        new("the same, 1 % of nodes lost an hour", 1000, 16, 1, Maps, Reduces, LossPerHour: 0.01),
        new("10,000 jobs of 100 tasks", 1000, 16, 10_000, 90, 10),
        new("100 nodes", 100, 16, 1, 99_000, 1_000),
        new("10 nodes", 10, 16, 1, 9_900, 100),
    ];

    /// <summary>The same in a tenth of the size.</summary>
    public static readonly IReadOnlyList<ScalePlan> Small =
    [
        new("one job of 100,000 tasks", 100, 16, 1, 99_000, 1_000),
        new("the same, 5 % stragglers", 100, 16, 1, 99_000, 1_000, Stragglers: 0.05),
        new("the same, 1 % of nodes lost an hour", 100, 16, 1, 99_000, 1_000, LossPerHour: 0.01),
        new("1,000 jobs of 100 tasks", 100, 16, 1_000, 90, 10),
    ];

    public static void Run(IReadOnlyList<ScalePlan> plans, TextWriter output)
    {
        output.WriteLine("| run | slots | decisions a second | memory of the master a task | journal a task | makespan | ideal | ratio |\n|---|---:|---:|---:|---:|---:|---:|---:|");
        var results = new List<ScaleResult>();
        foreach (var plan in plans)
        {
            var result = ScaleCluster.Run(plan);
            results.Add(result);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {plan.Name} | {plan.Nodes * plan.Slots:N0} | {result.Rate:N0} | {result.MemoryOfTask:N0} B | {result.JournalOfTask:N0} B | {result.Makespan:N0} s | {result.Ideal:N0} s | {result.Makespan / result.Ideal:0.000} |"));
        }
        foreach (var result in results)
            output.WriteLine($"\n{result.Plan.Name}, tasks done (%) by twentieths of the makespan: [{string.Join(", ", result.Done.Select(done => (100 * done).ToString("0.0", CultureInfo.InvariantCulture)))}]");
    }
}
