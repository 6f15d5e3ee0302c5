namespace MapReduce.Simulation.Plans;

/// <summary>Draws a plan from a seed.</summary>
internal static class PlanGenerator
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();
    private static readonly FaultKind[] Sudden = [.. Kinds.Where(kind => Coverage.Means(kind, Moment.Accepting) && !Coverage.IsArmed(kind))];

    public static Plan Draw(long seed)
    {
        var random = new Randomness((ulong)seed * 0x2545F4914F6CDD1D);
        var (nodes, slots) = Size(random);
        var jobs = new List<JobPlan>();
        for (var job = random.Between(0, 9) switch { < 7 => 1, < 9 => 2, _ => 3 }; job > 0; job--) jobs.Add(Job(random, nodes));
        // The first fault cannot fail to happen: every job is accepted, planned and mapped.
        var faults = new List<Fault> { Draw(random, random.Of(Sudden), Moments[random.Between(0, 2)]) };
        var isLong = jobs.Exists(job => job.Shape > JobShape.Chain);
        for (var more = random.Between(1, 6); more > 0;)
        {
            // What several stages read, or what they do not need any more was made of, is damaged more often than chance would have it.
            var (kind, at) = (isLong && random.Chance(0.3) ? FaultKind.DatasetDamaged : random.Of(Kinds), random.Of(Moments));
            if (!Coverage.Means(kind, at)) continue;
            faults.Add(Draw(random, kind, at));
            more--;
        }
        return new Plan(seed, nodes, slots, jobs, random.Between(0, 2), faults);
    }

    private static (int Nodes, int Slots) Size(Randomness random) => random.Between(0, 999) switch
    {
        < 900 => (random.Between(3, 6), random.Between(1, 2)),
        < 995 => (random.Between(7, 25), random.Between(1, 2)),
        _ => (random.Between(100, 300), 1),
    };

    private static JobPlan Job(Randomness random, int nodes) => new(
        random.Between(0, 15) switch { 0 => JobShape.Diamond, 1 => JobShape.LongChain, < 4 => JobShape.Chain, _ => JobShape.OneStage }, nodes > 50 ? random.Between(100, 200) : random.Between(1, 6), random.Between(1, 4), random.Between(1, 8),
        random.Between(0, 300), random.Between(0, 2),
        random.Between(0, 19) switch { 0 => JobEnd.AlwaysThrows, 1 or 2 => JobEnd.Cancelled, _ => JobEnd.Success });

    private static Fault Draw(Randomness random, FaultKind kind, Moment at)
    {
        var isShort = at is Moment.Accepting or Moment.Shuffling or Moment.Deciding or Moment.Publishing or Moment.Finishing;
        // What waits for an occasion may wait from the first step on.
        var skip = random.Between(0, Coverage.IsArmed(kind) && kind is not (FaultKind.OutputLost or FaultKind.PartDamaged or FaultKind.DatasetDamaged) ? 2 : isShort ? 4 : 25);
        return new Fault(kind, at, skip, random.Between(0, 9) < 7 ? random.Between(100, 4000) : random.Between(4000, 15000), random.Between(0, 1 << 20));
    }
}
