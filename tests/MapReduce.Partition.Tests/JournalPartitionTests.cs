using System.Text.RegularExpressions;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using MapReduce.Postgres.Tests;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>A journal in PostgreSQL, which all sides of a network that is cut reach.</summary>
public sealed partial class JournalPartitionTests
{
    [NetworkPostgresFact]
    public async Task Of_two_masters_on_two_sides_of_a_cut_only_the_later_one_writes()
    {
        using var server = PostgresServer.On(Network.Range);
        // The master that wakes meets the journal well before it gives itself up for lack of others.
        using var cluster = new NetworkCluster(3, [.. GatedRun.Settings, "journal.provider = postgresql", $"journal.connection = \"{server.ConnectionStringOn(Network.Here)}\""]);
        var package = await GatedRun.UploadAsync(cluster);
        var run = await GatedRun.BeginAsync(cluster, package);
        int[][] sides = [[run.Master], [.. cluster.Nodes.Except([run.Master])]];
        using (var patient = cluster.Connect(sides[0])) Assert.Equal(run.Before.Master, (await patient.NodesAsync()).Master);
        using var deposed = cluster.Connect(sides[0], TimeSpan.FromSeconds(1));
        // A node that sleeps takes no new connection, so the client opens its own now; whether it hears an answer in time does not matter.
        await Record.ExceptionAsync(() => deposed.NodesAsync());

        // It sleeps while the others replace it, and wakes on its side of the cut in the belief that it is the master.
        cluster.Network.Partition(true, sides);
        RealCluster.StopProcess(cluster.ProcessOf(run.Master));
        using var majority = cluster.Connect(sides[1]);
        await NetworkCluster.AwaitMembersAsync(majority, sides[1]);
        var epoch = await AwaitClaimAsync(majority, run);
        var submission = deposed.SubmitAsync(run.Request(package) with { ClientToken = "late", Output = cluster["late"] });
        RealCluster.ContinueProcess(cluster.ProcessOf(run.Master));
        await Assert.ThrowsAsync<ApiException>(() => submission);
        await run.UntilJoiningAgainAsync(run.Master);
        Assert.Matches(EndOfReign(), run.LogOf(run.Master));

        run.Open();
        await majority.WaitAsync(run.Job);
        cluster.Network.Partition(false, sides);
        await run.AssertExactAsync(majority, [run.Master]);
        Assert.Equal([run.Job], (await majority.JobsAsync()).Jobs.Select(job => job.Id));
        AssertNothingOfOldEpochsSince(epoch, server, run.Job);
    }

    /// <summary>Waits until a new master has claimed the job; tells its epoch.</summary>
    private static async Task<long> AwaitClaimAsync(MapReduceClient client, GatedRun run)
    {
        await foreach (var @event in client.WatchAsync(run.Job))
            if (@event.Event == "EpochClaimed" && @event.Epoch > run.Before.Epoch) return @event.Epoch.Value;
        throw new InvalidOperationException("The job has ended without another master.");
    }

    /// <summary>Whoever wrote before an epoch was claimed has written nothing after that, neither of the master nor of the job.</summary>
    private static void AssertNothingOfOldEpochsSince(long epoch, PostgresServer server, string job)
    {
        var records = server.Rows("SELECT persistence_id, writer_uuid, encode(message, 'hex') FROM journal ORDER BY ordering").Select(row => row.Split('\t')).Select(row => (Journal: row[0], Writer: row[1], Message: row[2])).ToList();
        var claim = records.FindIndex(record => record.Journal == "job-master" && MasterRecord.Parser.ParseFrom(Convert.FromHexString(record.Message)).EpochClaimed?.Epoch == epoch);
        var (before, after) = (records[..claim], records[claim..]);
        foreach (var journal in (string[])["job-master", $"job-{job}"])
        {
            Assert.Contains(before, record => record.Journal == journal);
            Assert.Contains(after, record => record.Journal == journal);
        }
        Assert.Empty(before.Select(record => record.Writer).Intersect(after.Select(record => record.Writer)));
    }

    // On a busy machine the database may answer after the node has given itself up; that it has written nothing is seen in the journal.
    [GeneratedRegex(@" stops: (The journal of (the job master refuses record \d+: another master has written it.*duplicate key|job \S+ cannot be read or written any more)|The other nodes have removed this one)")]
    private static partial Regex EndOfReign();
}
