using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>Reports of executors that run hostile code: what they call their parts is none.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void A_part_that_is_not_in_the_staging_folder_fails_the_job_before_it_commits_and_stays()
    {
        var (slot, job, loot) = Robbed();
        slot.Report(slot.Take(), report => FakeSlot.Prepared(report, loot));
        Assert.Contains($"'{loot}'", Refusal(job), StringComparison.Ordinal);
        Assert.Equal("rows", File.ReadAllText(loot));
        Assert.Equal(["loot"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_part_that_is_a_link_fails_the_job_before_it_commits()
    {
        if (OperatingSystem.IsWindows()) return;
        var (slot, job, loot) = Robbed();
        var grant = slot.Take();
        var part = Path.Combine(grant.Order.Staging, "part");
        File.CreateSymbolicLink(part, loot);
        slot.Report(grant, report => FakeSlot.Prepared(report, part));
        Assert.Contains("is a link", Refusal(job), StringComparison.Ordinal);
        Assert.Equal(["loot"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Two_parts_of_one_name_fail_the_job_before_it_commits()
    {
        var (slot, job, _) = Robbed();
        var grant = slot.Take();
        foreach (var part in (string[])["one", "two"]) File.WriteAllText(Path.Combine(grant.Order.Staging, part), "rows");
        slot.Report(grant, report =>
        {
            FakeSlot.Prepared(report, Path.Combine(grant.Order.Staging, "one"));
            report.Made.Parts.Add(new Part { Name = "part-00000", PrivatePath = Path.Combine(grant.Order.Staging, "two"), Length = 4 });
        });
        Assert.Contains("two files have that name", Refusal(job), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ticket_for_a_file_that_an_executor_sends_moves_nothing()
    {
        var (slot, job, loot) = Robbed();
        slot.Report(slot.Take(), report =>
        {
            FakeSlot.Made(report);
            report.Made.Tickets.Add(new Ticket { Participant = "files", Connection = Path.Combine(folder, "out"), Text = $"loot\n{loot}" });
        });
        Assert.Equal("succeeded", Ended(job).Phase);
        Assert.Equal("rows", File.ReadAllText(loot));
        Assert.Equal(["_manifest.json"], Directory.GetFileSystemEntries(Path.Combine(folder, "out")).Select(Path.GetFileName));
    }

    /// <summary>A job of one reduce task, and a file beside its output of as many bytes as the task says of its part.</summary>
    private (FakeSlot Slot, string Job, string Loot) Robbed()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 0, reduces: 1);
        var loot = Path.Combine(folder, "loot");
        File.WriteAllText(loot, "rows");
        return (slot, job, loot);
    }

    /// <summary>Why a job may not publish; it has not decided to.</summary>
    private string Refusal(string job)
    {
        var status = Ended(job);
        Assert.Equal(("failed", (int)Coordination.FailureReason.Publish), (status.Phase, status.Failure.Reason));
        Assert.DoesNotContain(Ask<EventsAnswer>(new EventsQuery { Job = job }).Events, @event => @event.CommitDecided is not null);
        return status.Failure.Message;
    }
}
