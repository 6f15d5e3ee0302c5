using CsCheck;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>A job and the cluster that it runs in.</summary>
/// <param name="Stages">For each stage its map tasks, its reduce tasks and, as bits, the earlier stages that it reads.</param>
/// <param name="Nodes">The number of worker nodes.</param>
/// <param name="Slots">The slots of each node.</param>
/// <param name="MaxFailures">Failures allowed to a task.</param>
/// <param name="MaxLosses">Losses allowed to a task.</param>
/// <param name="Speculates">Whether slow attempts get a rival.</param>
/// <param name="Prepares">Whether tasks prepare files for the output, which are checked before the commit is decided.</param>
/// <param name="Defines">Whether the job is known to have one stage only, until that is planned.</param>
/// <param name="Differs">Whether map tasks make another output each time, which the job allows.</param>
/// <param name="Refuses">Whether the output may turn out to be impossible to publish.</param>
internal sealed record Shape(IReadOnlyList<(int Maps, int Reduces, int Reads)> Stages, int Nodes, int Slots, int MaxFailures, int MaxLosses, bool Speculates, bool Prepares, bool Defines, bool Differs, bool Refuses)
{
    /// <summary>Small jobs whose limits are soon met.</summary>
    public static readonly Gen<Shape> Limited = Of(Gen.Int[1, 4], Gen.Bool);

    /// <summary>Small jobs that allow more faults than any history has.</summary>
    public static readonly Gen<Shape> Patient = Of(Gen.Const(30_000), Gen.Const(false));

    public IReadOnlyList<IReadOnlyList<int>> DependsOn
        => [.. Stages.Select((stage, index) => Enumerable.Range(0, index).Where(earlier => (stage.Reads >> earlier & 1) != 0).ToList())];

    public override string ToString()
        => $"stages {string.Join(' ', Stages)}, {Nodes} nodes of {Slots} slots, {MaxFailures} failures, {MaxLosses} losses, speculation {Speculates}, parts {Prepares}, defines itself {Defines}, differs {Differs}, refused {Refuses}";

    private static Gen<Shape> Of(Gen<int> limit, Gen<bool> refuses) => Gen.Select(
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 7]).Array[1, 3], Gen.Int[1, 4], Gen.Int[1, 2], limit, limit, Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, refuses),
        (stages, nodes, slots, failures, losses, has) => new Shape(stages, nodes, slots, failures, losses, has.Item1, has.Item2, has.Item3, has.Item4, has.Item5));
}
