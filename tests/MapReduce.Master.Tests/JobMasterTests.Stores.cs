using MapReduce.Storage;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>Jobs that write rows to a store, and files.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void A_job_with_committed_rows_waits_for_a_link_in_the_way_of_its_files_to_go_and_has_not_failed()
    {
        if (OperatingSystem.IsWindows()) return;
        var store = new BreakingStore();
        Replace(new MasterSettings { Participants = [store] });
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Report(slot.Take(), report =>
        {
            FakeSlot.Planned(report);
            report.Planned.Definition.Stores.Add(new Protocol.Execution.Store { Participant = store.Name, Connection = "warehouse" });
        });
        slot.Report(slot.Take(), FakeSlot.Made);
        var last = slot.Take();
        var (staged, away) = (last.Order.Staging, $"{last.Order.Staging}-away");
        store.OnFirstCommit = () =>
        {
            Directory.Move(staged, away);
            Directory.CreateSymbolicLink(staged, away);
        };
        slot.Report(last, FakeSlot.Made);

        // The second look is that of the try that has met the link.
        Tick(() => Assert.InRange(store.Looks, 2, int.MaxValue));
        Assert.Equal("committing", Status(job).Phase);
        File.Delete(staged);
        Directory.Move(away, staged);
        Tick(() => Assert.Equal("succeeded", Status(job).Phase));
        Assert.True(File.Exists(Path.Combine(folder, "out", "_manifest.json")));
        Assert.False(store.HasAborted);
    }

    /// <summary>A store that commits, and breaks before it can say so.</summary>
    private sealed class BreakingStore : ICommitParticipant
    {
        private volatile bool isCommitted;
        private volatile int looks;

        public string Name => "breaking";

        public int Looks => looks;

        public bool HasAborted { get; private set; }

        public Action OnFirstCommit { get; set; } = () => { };

        public bool HasCommitted(JobCommit job)
        {
            looks++;
            return isCommitted;
        }

        public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
        {
            if (isCommitted) return;
            isCommitted = true;
            OnFirstCommit();
            throw new StorageException(StorageError.Other, "The connection broke.");
        }

        public void Abort(JobCommit job) => HasAborted = true;

        public void Recover(JobCommit job, Func<string, bool> isOut)
        {
        }
    }
}
