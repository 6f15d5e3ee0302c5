using CsCheck;
using MapReduce.Coordination.Tests.Histories;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>
/// Thousands of histories, drawn from a seed: messages are reordered, repeated, late and lost, workers and masters crash, time passes. After
/// each event the invariants hold; when the faults end, the job ends. A failure prints the seed, to be given to <c>Sample</c> as <c>seed:</c>.
/// </summary>
public sealed class HistoriesTests
{
    private static readonly Gen<(int What, int Which)[]> Script = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 9999]).Array[0, 400];

    [Fact]
    public void With_limits_every_history_ends_and_breaks_no_invariant()
        => Gen.Select(Shape.Limited, Script).Sample((shape, script) => Play(shape, script).RunToEnd(), iter: 4000);

    [Fact]
    public void Without_limits_every_history_succeeds()
        => Gen.Select(Shape.Patient, Script).Sample((shape, script) =>
        {
            var world = Play(shape, script);
            world.RunToEnd();
            Assert.IsType<JobPhase.Succeeded>(world.State.Phase);
        }, iter: 4000);

    [Fact]
    public void A_job_cancelled_at_any_moment_ends_cancelled_or_as_decided_before()
        => Gen.Select(Shape.Patient, Script, Script).Sample((shape, before, after) =>
        {
            var world = Play(shape, before);
            world.Cancel();
            foreach (var (what, which) in after) world.Step(what, which);
            world.Cancel();
            world.RunToEnd();
            Assert.True(world.State.Phase is JobPhase.Cancelled or JobPhase.Succeeded);
        }, iter: 2000);

    private static World Play(Shape shape, (int What, int Which)[] script)
    {
        var world = new World(shape);
        foreach (var (what, which) in script) world.Step(what, which);
        return world;
    }
}
