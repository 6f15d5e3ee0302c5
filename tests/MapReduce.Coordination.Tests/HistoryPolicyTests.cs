using System.Globalization;
using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>Which ended jobs go, and that what they take is known at any time.</summary>
public sealed class HistoryPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly JobRegistry registry = new();

    [Fact]
    public void The_oldest_of_too_many_go_and_those_that_run_are_none_of_them()
    {
        for (var job = 1; job <= 5; job++) Accept(job);
        foreach (var job in (int[])[4, 2, 5]) End(job, minute: job == 4 ? 0 : job);
        Assert.Equal([4], Surplus(new HistoryPolicy { Jobs = 2 }));
        Assert.Empty(Surplus(new HistoryPolicy { Jobs = 3 }));
        Assert.Equal([4, 2, 5], Surplus(new HistoryPolicy { Jobs = 0 }));
    }

    [Fact]
    public void Jobs_go_when_their_end_is_too_long_ago_and_not_their_beginning()
    {
        Accept(1);
        Accept(2);
        End(2, minute: 1);
        End(1, minute: 5);
        var policy = new HistoryPolicy { Age = TimeSpan.FromMinutes(10) };
        Assert.Empty(Surplus(policy, minute: 11));
        Assert.Equal([2], Surplus(policy, minute: 12));
        Assert.Equal([2, 1], Surplus(policy, minute: 16));
    }

    [Fact]
    public void As_many_go_as_have_to_for_the_rest_to_fit_and_the_last_never_for_its_size()
    {
        foreach (var (job, bytes) in ((int, long)[])[(1, 100_000), (2, 500_000), (3, 200_000)])
        {
            Accept(job);
            End(job, minute: job, bytes);
        }
        var records = registry.History.RecordBytes;
        Assert.InRange(records, 3 * 32, 3 * 200);
        Assert.Equal(new HistorySize(3, 800_000 + records, records), registry.History);
        Assert.Empty(Surplus(new HistoryPolicy { Bytes = 800_000 + records }));
        Assert.Equal([1], Surplus(new HistoryPolicy { Bytes = 799_999 + records }));
        Assert.Equal([1, 2], Surplus(new HistoryPolicy { Bytes = 300_000 }));
        Assert.Equal([1, 2], Surplus(new HistoryPolicy { Bytes = 1 }));
    }

    [Fact]
    public void What_the_master_itself_knows_has_a_bound_of_its_own()
    {
        for (var job = 1; job <= 3; job++)
        {
            Accept(job, nameLength: 1000);
            End(job, minute: job);
        }
        Assert.InRange(registry.History.RecordBytes, 3000, 10_000);
        Assert.Equal([1], Surplus(new HistoryPolicy { RecordBytes = registry.History.RecordBytes - 1 }));
        Assert.Empty(Surplus(new HistoryPolicy()));
    }

    [Fact]
    public void The_size_is_that_of_the_jobs_that_are_left_through_a_snapshot_too()
    {
        for (var job = 1; job <= 4; job++) Accept(job);
        for (var job = 1; job <= 3; job++) End(job, minute: job, bytes: job * 1000);
        registry.Apply(new MasterRecord { Version = 1, JobForgotten = new JobForgotten { Job = Id(2) } });
        Assert.Equal([1, 3], registry.Ended.Select(Number));
        var restored = new JobRegistry();
        restored.Apply(MasterSnapshot.Parser.ParseFrom(registry.Snapshot().ToByteArray()));
        Assert.Equal(registry.History, restored.History);
        Assert.Equal((2, 4000L), (restored.History.Jobs, restored.History.Bytes - restored.History.RecordBytes));
        Assert.Equal([1, 3], restored.Ended.Select(Number));
        // The same end twice is one.
        End(3, minute: 3, bytes: 3000);
        Assert.Equal(restored.History, registry.History);
        foreach (var job in (int[])[1, 3]) registry.Apply(new MasterRecord { Version = 1, JobForgotten = new JobForgotten { Job = Id(job) } });
        Assert.Equal(default, registry.History);
    }

    private void Accept(int job, int nameLength = 0)
        => registry.Apply(new MasterRecord { Version = 1, At = Start.UtcTicks, JobAccepted = new JobAccepted { Spec = new JobSpec { Id = Id(job), Name = new string('n', nameLength) } } });

    private void End(int job, int minute, long bytes = 0)
        => registry.Apply(new MasterRecord { Version = 1, At = Start.AddMinutes(minute).UtcTicks, JobEnded = new JobEnded { Job = Id(job), Phase = "succeeded", JournalBytes = bytes } });

    private IEnumerable<int> Surplus(HistoryPolicy policy, int minute = 0) => policy.Surplus(registry, Start.AddMinutes(minute)).Select(Number);

    private static string Id(int job) => new JobId(new Guid(job, 0, 0, new byte[8])).ToString();

    private static int Number(JobRecord job) => int.Parse(job.Spec.Id.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
