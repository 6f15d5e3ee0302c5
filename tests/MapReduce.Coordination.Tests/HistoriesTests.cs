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
    private const int MostRounds = 20;

    private static readonly Gen<(int What, int Which)[]> Script = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 9999]).Array[0, 400];

    [Fact]
    public void With_limits_every_history_ends_and_breaks_no_invariant()
        => Gen.Select(Shape.Limited, Script).Sample((shape, script) => Play(shape, script).RunToEnd(), iter: 2000);

    [Fact]
    public void Without_limits_every_history_succeeds()
        => Gen.Select(Shape.Patient, Script).Sample((shape, script) =>
        {
            var world = Play(shape, script);
            world.RunToEnd();
            Assert.IsType<JobPhase.Succeeded>(world.State.Phase);
        }, iter: 2000);

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
        }, iter: 1000);

    /// <summary>At each event of a history the state is written as a snapshot, read again, and compared whole; then the next event is applied to both.</summary>
    [Fact]
    public void A_state_is_the_same_through_a_snapshot_as_through_the_journal_after_every_event_of_every_kind()
    {
        var (commands, events) = (new HashSet<Type>(), new HashSet<Type>());
        // Some kinds are rare: it goes on until each was there.
        for (var round = 0; round == 0 || (round < MostRounds && (Kinds(typeof(JobCommand)).Count() > commands.Count || Kinds(typeof(JobEvent)).Count() > events.Count)); round++)
        {
            Gen.Select(Gen.OneOf(Shape.Limited, Shape.Patient), Script, Gen.Int[0, 3]).Sample((shape, script, cancels) =>
            {
                var world = Play(shape, script);
                if (cancels == 0) world.Cancel();
                world.RunToEnd();
                AssertSameThroughSnapshots(world);
                lock (commands)
                {
                    commands.UnionWith(world.Commands);
                    events.UnionWith(world.Events);
                }
            }, iter: 400);
        }

        // A kind that no history has would not be tested: teach the world to make it happen.
        Assert.Equal(Kinds(typeof(JobCommand)), Names(commands));
        Assert.Equal(Kinds(typeof(JobEvent)), Names(events));
    }

    private static void AssertSameThroughSnapshots(World world)
    {
        var journalled = world.NewState();
        foreach (var bytes in world.Journal)
        {
            var restored = World.ThroughSnapshot(journalled);
            Assert.Equal(StateText.Of(journalled), StateText.Of(restored));
            journalled.Apply(JobEventCodec.Read(bytes));
            restored.Apply(JobEventCodec.Read(bytes));
            Assert.Equal(StateText.Of(journalled), StateText.Of(restored));
        }
        Assert.Equal(StateText.Of(journalled), StateText.Of(World.ThroughSnapshot(journalled)));
    }

    private static IEnumerable<string> Kinds(Type of) => Names(of.GetNestedTypes().Where(of.IsAssignableFrom));

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(type => type.Name).Order(StringComparer.Ordinal);

    private static World Play(Shape shape, (int What, int Which)[] script)
    {
        var world = new World(shape);
        foreach (var (what, which) in script) world.Step(what, which);
        return world;
    }
}
