using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>What those who watch hear of a node that gets no work for a while.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void Both_ends_of_a_quarantine_are_told_to_those_who_watch()
    {
        Members("node-1", "node-2");
        var slot = new FakeSlot(this, "node-1", 0);
        Submit("out");
        slot.Report(slot.Take(), report => report.Failed = new Protocol.Work.Failure { Kind = FailureKind.DiskFull, Message = "It is full." });
        AwaitAssert(() => Assert.Equal(["node-joined", "node-quarantined"], ToldOf("node-1")), Patience.Limit);
        Clock.Advance(new Coordination.HealthPolicy().Quarantine - TimeSpan.FromSeconds(1));
        Assert.Equal(["node-joined", "node-quarantined"], ToldOf("node-1"));
        Tick(() => Assert.Equal(["node-joined", "node-quarantined", "node-released"], ToldOf("node-1")));
        Assert.Equal(["node-joined"], ToldOf("node-2"));
    }

    private List<string> ToldOf(string node) => [.. Ask<ChangesAnswer>(new ChangesQuery()).Changes.Where(change => change.Kind.StartsWith("node-", StringComparison.Ordinal) && change.Node == node).Select(change => change.Kind)];
}
