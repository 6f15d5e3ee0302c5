using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Dashboard.Tests;

/// <summary>A small job of last week in which much went as it should not: a task was tried twice, another was slow and overtaken, a partition is too large, and memory was short.</summary>
internal static class UnevenJob
{
    public const string Name = "orders-by-customer";
    public const int Maps = 4;
    public const int Reduces = 4;

    public static string Id { get; } = new('8', 32);

    /// <summary>What became of it, from its first event to its last.</summary>
    public static IEnumerable<JobEvent> Events(DateTimeOffset began)
    {
        yield return new JobEvent.EpochClaimed(began, new Epoch(1));
        var plan = Attempt(0, TaskKind.Plan, 0);
        yield return Start(0, plan, 1);
        yield return new JobEvent.JobDefined(At(1), new Opened
        {
            Name = Name,
            Counters = { "orders", "returns" },
            Stages = { new Stage { Reads = { "/data/orders/*" }, Steps = { "sum" } }, new Stage { DependsOn = { 0 }, Reads = { "stage 1" }, Steps = { "sort" }, Writes = { "" } } },
            Outputs = { new Layout() },
        });
        yield return new JobEvent.StagePlanned(At(2), plan, "plan-1", Maps, Reduces);
        for (var map = 0; map < Maps; map++) yield return Start(2, Attempt(0, TaskKind.Map, map), 1 + (map % 2), map / 2);
        // The first is tried again.
        yield return new JobEvent.AttemptFailed(At(4), Attempt(0, TaskKind.Map, 0), Worker(1), new Failure(FailureReason.ExecutorExited, "The executor ended with signal 9."));
        yield return Start(4, Attempt(0, TaskKind.Map, 0, 1), 3);
        // The second is slow: another attempt begins beside it, and wins.
        yield return Start(9, Attempt(0, TaskKind.Map, 1, 1), 3, slot: 1);
        foreach (var (map, number, at, node) in ((int, int, int, int)[])[(2, 0, 5, 1), (3, 0, 6, 2), (0, 1, 7, 3), (1, 1, 12, 3)])
            yield return new JobEvent.AttemptSucceeded(At(at), Attempt(0, TaskKind.Map, map, number), Worker(node), [250, 3], 0, new Products { Totals = new Totals { RecordsRead = 250, BytesRead = 1 << 20, ReadsInput = true, ShuffleBytes = 1 << 19, SpilledBytes = map == 2 ? 3 << 20 : 0 } });
        yield return new JobEvent.AttemptRevoked(At(12), Attempt(0, TaskKind.Map, 1), Worker(2));
        foreach (var @event in Reduced(0, 12, reduce => reduce == 2 ? 9 << 20 : 1 << 20)) yield return @event;
        var next = Attempt(1, TaskKind.Plan, 0);
        yield return Start(20, next, 1);
        yield return new JobEvent.StagePlanned(At(21), next, "plan-2", 1, 1);
        yield return Start(21, Attempt(1, TaskKind.Map, 0), 1);
        yield return new JobEvent.AttemptSucceeded(At(22), Attempt(1, TaskKind.Map, 0), Worker(1), [0, 0], 0, new Products { Totals = new Totals { BytesRead = 4096, ShuffleBytes = 4096 } });
        foreach (var @event in Reduced(1, 22, _ => 4096, reduces: 1)) yield return @event;
        yield return new JobEvent.CommitDecided(At(30), new Epoch(1));
        yield return new JobEvent.JobPublished(At(31));

        DateTimeOffset At(int second) => began.AddSeconds(second);

        JobEvent.AttemptStarted Start(int second, AttemptId attempt, int node, int slot = 0) => new(At(second), attempt, Worker(node), At(second + 10), slot);

        IEnumerable<JobEvent> Reduced(int stage, int second, Func<int, int> bytes, int reduces = Reduces)
        {
            for (var reduce = 0; reduce < reduces; reduce++)
            {
                var attempt = Attempt(stage, TaskKind.Reduce, reduce);
                yield return Start(second + reduce, attempt, 1 + (reduce % 3));
                yield return new JobEvent.AttemptSucceeded(At(second + reduce + 2), attempt, Worker(1 + (reduce % 3)), [0, 0], 0, new Products { Totals = new Totals { BytesRead = bytes(reduce), RowsWritten = 10, BytesWritten = 100 } });
            }
        }
    }

    private static AttemptId Attempt(int stage, TaskKind kind, int index, int number = 0) => new(new TaskId(stage, kind, index), number);

    private static WorkerId Worker(int node) => new($"node-{node}", node);
}
