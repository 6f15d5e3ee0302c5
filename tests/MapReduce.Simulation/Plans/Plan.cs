namespace MapReduce.Simulation.Plans;

/// <summary>All that a history is made of: the same plan is the same history.</summary>
/// <param name="Seed">For what is drawn on the way: delays, durations.</param>
/// <param name="Nodes">The number of nodes.</param>
/// <param name="Slots">The slots of each.</param>
/// <param name="Jobs">What is submitted.</param>
/// <param name="Watchers">Who follows the changes of the cluster.</param>
/// <param name="Faults">What goes wrong.</param>
internal sealed record Plan(long Seed, int Nodes, int Slots, IReadOnlyList<JobPlan> Jobs, int Watchers, IReadOnlyList<Fault> Faults)
{
    public override string ToString()
        => $"{Nodes} nodes of {Slots} slots, {Watchers} watchers\n{string.Join('\n', Jobs.Select((job, index) => $"  job {index}: {job}"))}\n{string.Join('\n', Faults.Select(fault => $"  {fault}"))}";
}

/// <summary>A job.</summary>
/// <param name="Shape">Its stages.</param>
/// <param name="Maps">The map tasks of the first stage.</param>
/// <param name="Reduces">The reduce tasks of each stage.</param>
/// <param name="Pairs">The pairs of a split.</param>
/// <param name="SubmitAt">When it is submitted, in milliseconds.</param>
/// <param name="Watchers">Who follows its events.</param>
/// <param name="End">How it is to end.</param>
internal sealed record JobPlan(JobShape Shape, int Maps, int Reduces, int Pairs, int SubmitAt, int Watchers, JobEnd End)
{
    private static readonly int[][][] Shapes = [[[]], [[], [0]], [[], [0], [1], [2]], [[], [0], [0], [1, 2]]];

    /// <summary>The stages, each with the earlier ones that it reads. The first reads the input.</summary>
    public int[][] Stages => Shapes[(int)Shape];

    public override string ToString()
        => $"{Shape}, {Maps} maps, {Reduces} reduces, submitted after {SubmitAt} ms, {Watchers} watchers{(End == JobEnd.Success ? "" : $", {End}")}";
}

/// <summary>How the stages of a job read each other.</summary>
internal enum JobShape
{
    OneStage,

    /// <summary>The second reads the first.</summary>
    Chain,

    /// <summary>Each of four but the first reads the one before.</summary>
    LongChain,

    /// <summary>Two read the first, and the last reads both.</summary>
    Diamond,
}

/// <summary>How a job is to end.</summary>
internal enum JobEnd
{
    Success,

    /// <summary>One map task always throws.</summary>
    AlwaysThrows,

    /// <summary>A user cancels it, at some moment.</summary>
    Cancelled,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">How far the first job that has not ended is then.</param>
/// <param name="Skip">How many steps of the world pass first while it is there.</param>
/// <param name="Duration">How long it lasts, in milliseconds, where it does.</param>
/// <param name="Target">Chooses whom it meets.</param>
internal sealed record Fault(FaultKind Kind, Moment At, int Skip, int Duration, int Target)
{
    public override string ToString() => $"{Kind} while {At} (step {Skip}, {Duration} ms, target {Target})";
}
