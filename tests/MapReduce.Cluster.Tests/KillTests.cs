using MapReduce.Api;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>kill -9 of a worker node, of an executor, and of the master's node, inside a phase: a gate in the job's code holds the phase until the kill.</summary>
[Collection(HarmedCluster.Name)]
public sealed class KillTests
{
    private const int Lines = 400;

    private static int tests;
    private readonly RealCluster cluster;
    private string folder = $"test-{Interlocked.Increment(ref tests)}";

    public KillTests(HarmedCluster shared)
    {
        cluster = shared.Cluster;
        cluster.Heal();
        Directory.CreateDirectory(cluster[folder]);
    }

    private string this[string name] => Path.Combine(cluster[folder], name);

    [Theory]
    [InlineData("plan", "worker")]
    [InlineData("map", "master")]
    [InlineData("spill", "executor")]
    [InlineData("reduce", "worker")]
    [InlineData("merge", "master")]
    public Task Whatever_is_killed_in_whatever_phase_the_result_is_exact(string phase, string victim) => KillAsync(phase, victim);

    [Theory]
    [Trait("Category", "Check")]
    [InlineData("plan", "executor")]
    [InlineData("plan", "master")]
    [InlineData("map", "worker")]
    [InlineData("map", "executor")]
    [InlineData("spill", "worker")]
    [InlineData("spill", "master")]
    [InlineData("reduce", "executor")]
    [InlineData("reduce", "master")]
    [InlineData("merge", "worker")]
    [InlineData("merge", "executor")]
    public Task Check_whatever_else_is_killed_in_whatever_phase_the_result_is_exact(string phase, string victim) => KillAsync(phase, victim);

    private async Task KillAsync(string phase, string victim)
    {
        var job = Submit(phase);
        var executor = await EnteredAsync();
        var held = await HeldAttemptAsync(job, phase);
        var master = await cluster.MasterAsync();
        var before = await cluster.EventsAsync(job);
        Assert.Contains(before, @event => @event.Event == "AttemptStarted" && @event.Attempt == held.Attempt);
        Assert.DoesNotContain(before, @event => @event.Event is "AttemptSucceeded" or "StagePlanned" && @event.Attempt == held.Attempt);
        Assert.DoesNotContain(before, @event => @event.Event == "CommitDecided");
        AssertFilesOf(phase, job, held);

        var gone = victim switch { "worker" => held.Node!, "master" => master, _ => null };
        if (gone is null) RealCluster.KillProcess(executor);
        else cluster.KillNode(gone);
        File.WriteAllText(this["gate/open"], "");
        await AssertExactAsync(job, phase is "spill" or "merge" ? 1 : 0);

        var events = await cluster.EventsAsync(job);
        // How soon is a matter of the check losses.
        if (victim == "master") Assert.Contains(events, @event => @event.Event == "EpochClaimed" && @event.Revision > before[^1].Revision);
        if (victim == "worker") Assert.Contains(events, @event => @event.Event == "AttemptStarted" && @event.Revision > before[^1].Revision && GatedJob.TaskOf(@event) == GatedJob.TaskOf(held));
        if (victim == "executor") Assert.Contains(events, @event => @event is { Event: "AttemptFailed", Reason: "ExecutorExited" });
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, gone);
    }

    [Fact]
    public async Task A_program_that_a_job_has_started_ends_with_the_node_that_is_killed()
    {
        if (!OperatingSystem.IsLinux()) return;
        File.WriteAllText(this["in"], this["sign"] + "\n");
        var job = cluster.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Lingering", "--input", this["in"], "--output", this["out"]);
        await RealCluster.UntilAsync(() => Task.FromResult(File.Exists(this["sign"])));
        var program = int.Parse(await File.ReadAllTextAsync(this["sign"]), System.Globalization.CultureInfo.InvariantCulture);
        var birth = RealCluster.BirthOf(program);
        Assert.NotNull(birth);
        var map = await cluster.AwaitAsync(job, @event => @event.Event == "AttemptStarted" && @event.Attempt!.Contains("-m", StringComparison.Ordinal));
        cluster.KillNode(map.Node!);
        await RealCluster.UntilAsync(() => Task.FromResult(RealCluster.BirthOf(program) != birth));
        await cluster.Client.CancelAsync(job);
    }

    [Theory]
    [InlineData("executor")]
    public Task Who_is_lost_after_preparing_its_parts_is_not_missed(string victim) => LoseAfterPreparingAsync(victim);

    [Theory]
    [Trait("Category", "Check")]
    [InlineData("worker")]
    [InlineData("master")]
    public Task Check_who_is_lost_after_preparing_its_parts_is_not_missed(string victim) => LoseAfterPreparingAsync(victim);

    private async Task LoseAfterPreparingAsync(string victim)
    {
        var (job, held) = await HoldReduceAsync();
        List<JobEventDetails> before;
        JobEventDetails? prepared;
        while ((prepared = (before = await cluster.EventsAsync(job)).Find(@event => @event.Event == "AttemptSucceeded" && @event.Attempt!.Contains("-r", StringComparison.Ordinal) && @event.Node != held.Node)) is null)
        {
            // On a busy machine one node may make all parts.
            (job, held) = await HoldReduceAnewAsync(job);
        }
        Assert.NotEmpty(Directory.GetFiles(this[$".out.mr-{job}"], $"{prepared.Attempt}-*", SearchOption.AllDirectories));
        // The master's node may have prepared the parts, too, or hold the one that is missing.
        var gone = victim == "master" ? await cluster.MasterAsync() : prepared.Node!;
        Lose(victim, gone);
        // The job goes on when the loss is known: what was prepared is on the output's own storage.
        if (victim == "worker") await cluster.AwaitNodesAsync(2);
        File.WriteAllText(this["gate/open"], "");
        await AssertExactAsync(job);
        var events = await cluster.EventsAsync(job);
        if (victim == "master") Assert.Contains(events, @event => @event.Event == "EpochClaimed" && @event.Revision > before[^1].Revision);
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, gone);
    }

    [Theory]
    [InlineData("worker")]
    public Task Who_is_lost_when_the_last_part_is_prepared_and_nothing_is_decided_is_not_missed(string victim) => LoseBeforeDecisionAsync(victim);

    [Theory]
    [Trait("Category", "Check")]
    [InlineData("executor")]
    public Task Check_who_is_lost_when_the_last_part_is_prepared_and_nothing_is_decided_is_not_missed(string victim) => LoseBeforeDecisionAsync(victim);

    private async Task LoseBeforeDecisionAsync(string victim)
    {
        var (job, held) = await HoldReduceAsync();
        string master;
        while ((master = await cluster.MasterAsync()) == held.Node)
        {
            // The master's own node is the matter of the next test.
            (job, held) = await HoldReduceAnewAsync(job);
        }
        var before = await cluster.EventsAsync(job);
        // The master stands still while the last part is prepared, and its node is lost before the report is read.
        cluster.StopNode(master);
        File.WriteAllText(this["gate/open"], "");
        await RealCluster.UntilAsync(() => Task.FromResult(Directory.GetFiles(this[$".out.mr-{job}"], $"{held.Attempt}-*", SearchOption.AllDirectories).Length > 0));
        Lose(victim, held.Node!);
        var killed = DateTimeOffset.UtcNow;
        cluster.ContinueNode(master);
        await AssertExactAsync(job);
        var events = await cluster.EventsAsync(job);
        var decided = events.Single(@event => @event.Event == "CommitDecided");
        // On a busy machine the others may replace the master that stands still, and decide before the loss.
        if (!events.Exists(@event => @event.Event == "EpochClaimed" && @event.Revision > before[^1].Revision && @event.Revision < decided.Revision)) Assert.True(decided.At >= killed);
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, victim == "worker" ? held.Node : null);
    }

    [Fact]
    public async Task A_master_that_is_killed_just_before_the_decision_is_followed_by_one_that_decides()
    {
        var job = Submit("reduce");
        await EnteredAsync();
        var held = await HeldAttemptAsync(job, "reduce");
        var before = await cluster.EventsAsync(job);
        // The master stands still while the last part is prepared, and dies with the report before it.
        var master = await cluster.MasterAsync();
        var logged = cluster.LogOf(held.Node!).Length;
        cluster.StopNode(master);
        File.WriteAllText(this["gate/open"], "");
        await RealCluster.UntilAsync(() => Task.FromResult(Directory.GetFiles(this[$".out.mr-{job}"], $"{held.Attempt}-*", SearchOption.AllDirectories).Length > 0));
        cluster.KillNode(master);
        await AssertExactAsync(job);
        var events = await cluster.EventsAsync(job);
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, master);
        var after = events.Where(@event => @event.Revision > before[^1].Revision).ToList();
        Assert.Equal("EpochClaimed", after[0].Event);
        Assert.Equal(["CommitDecided", "JobPublished"], after.Select(@event => @event.Event).Where(name => name != "EpochClaimed").TakeLast(2));
        // The attempt that had prepared its part while there was no master is believed; only its node's own end undoes it.
        if (held.Node != master) await RealCluster.UntilAsync(() => Task.FromResult(after.Exists(@event => @event.Event == "AttemptSucceeded" && @event.Attempt == held.Attempt) || cluster.EndOfReign(held.Node!, logged) is not null));
    }

    [Theory]
    [InlineData("master")]
    public Task Who_is_lost_between_the_decision_and_the_publication_is_not_missed(string victim) => LoseAfterDecisionAsync(victim);

    [Theory]
    [Trait("Category", "Check")]
    [InlineData("worker")]
    [InlineData("executor")]
    public Task Check_who_is_lost_between_the_decision_and_the_publication_is_not_missed(string victim) => LoseAfterDecisionAsync(victim);

    private async Task LoseAfterDecisionAsync(string victim)
    {
        var job = Submit("reduce");
        await EnteredAsync();
        // The manifest cannot be written while a folder has its name, so the decision waits to be carried out.
        var blocked = Path.Combine(this[$".out.mr-{job}"], "out", "_manifest.json");
        Directory.CreateDirectory(blocked);
        File.WriteAllText(this["gate/open"], "");
        var decided = await cluster.AwaitAsync(job, @event => @event.Event == "CommitDecided");
        var master = await cluster.MasterAsync();
        Lose(victim, victim == "master" ? master : cluster.Nodes.Keys.First(node => node != master));
        Assert.False(Path.Exists(this["out"]));
        Directory.Delete(blocked);
        await AssertExactAsync(job);
        var after = (await cluster.EventsAsync(job)).Where(@event => @event.Revision > decided.Revision).Select(@event => @event.Event).ToList();
        Assert.Equal("JobPublished", after[^1]);
        // A busy machine may replace a master once more.
        Assert.All(after[..^1], name => Assert.Equal("EpochClaimed", name));
        if (victim == "master") Assert.NotEmpty(after[..^1]);
    }

    [Fact]
    public async Task A_master_that_sleeps_and_wakes_again_finds_itself_replaced_and_joins_as_another()
    {
        var job = Submit("map");
        await EnteredAsync();
        await HeldAttemptAsync(job, "map");
        var (master, epoch) = await cluster.Client.NodesAsync() is var known ? (known.Master, known.Epoch) : default;
        cluster.StopNode(master);
        var claimed = await cluster.AwaitAsync(job, @event => @event.Event == "EpochClaimed" && @event.Epoch > epoch);
        var logged = cluster.LogOf(master).Length;
        // The job stands at its gate still, so that the one that wakes has something to be master of.
        cluster.ContinueNode(master);
        await RealCluster.UntilAsync(() => Task.FromResult(cluster.EndOfReign(master, logged) is not null));
        // It begins another life, and is a member again.
        await RealCluster.UntilAsync(async () => await cluster.Client.NodesAsync() is var nodes && nodes.Nodes.Count(node => node.State == "up") == 3 && nodes.Master != master);
        Assert.True((await cluster.Client.NodesAsync()).Epoch > epoch);
        File.WriteAllText(this["gate/open"], "");
        await AssertExactAsync(job);

        var events = await cluster.EventsAsync(job);
        var epochs = events.Where(@event => @event.Event == "EpochClaimed").Select(@event => @event.Epoch).ToList();
        Assert.Equal(epochs.Distinct().Order(), epochs);
        Assert.Contains(claimed.Epoch, epochs);
        Assert.True(claimed.Epoch > events[0].Epoch);
        await AssertNothingOfOldWritersSinceAsync($"job-{job}", claimed.Revision);
    }

    /// <summary>Whoever wrote to a journal before a record has written nothing from that on.</summary>
    private async Task AssertNothingOfOldWritersSinceAsync(string journal, long claimed)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(cluster.State, "journal.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT min(sequence_number), max(sequence_number) FROM journal WHERE persistence_id = $journal GROUP BY writer_uuid ORDER BY 1";
        command.Parameters.AddWithValue("$journal", journal);
        var writers = new List<(long First, long Last)>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) writers.Add((rows.GetInt64(0), rows.GetInt64(1)));
        Assert.All(writers, writer => Assert.Equal(writer.First >= claimed, writer.Last >= claimed));
        Assert.Equal([false, true], writers.Select(writer => writer.First >= claimed).Distinct());
    }

    /// <summary>Submits a job, and waits until nothing of it is left to do but the attempt that stands at the gate.</summary>
    private async Task<(string Job, JobEventDetails Held)> HoldReduceAsync()
    {
        var job = Submit("reduce");
        await EnteredAsync();
        return (job, await HeldAttemptAsync(job, "reduce"));
    }

    /// <summary>Lets a job end whose attempts are not where the test needs them, and begins again.</summary>
    private async Task<(string Job, JobEventDetails Held)> HoldReduceAnewAsync(string job)
    {
        File.WriteAllText(this["gate/open"], "");
        await AssertExactAsync(job);
        folder += "-again";
        Directory.CreateDirectory(cluster[folder]);
        return await HoldReduceAsync();
    }

    private string Submit(string phase)
    {
        Directory.CreateDirectory(this["gate"]);
        return cluster.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Gated", "--input", Gate.Text(cluster, $"{folder}/in", Lines), "--output", this["out"], "--split", "1000", "--partitions", "4", "--memory", "1MiB", "--", "--phase", phase, "--gate", this["gate"]);
    }

    /// <summary>Waits until an attempt stands at the gate; tells its process.</summary>
    private Task<int> EnteredAsync() => Gate.EnteredAsync(this["gate"]);

    /// <summary>The attempt that stands at the gate: in its phase nothing else is left to run.</summary>
    private Task<JobEventDetails> HeldAttemptAsync(string job, string phase) => Gate.HeldAttemptAsync(job, phase, cluster);

    /// <summary>Kills a node, or all executors that it has.</summary>
    private void Lose(string victim, string node)
    {
        if (victim == "executor") RealCluster.ChildrenOf(cluster.Nodes[node]).ForEach(RealCluster.KillProcess);
        else cluster.KillNode(node);
    }

    /// <summary>What the attempt has on disk tells that it is in the middle of its phase.</summary>
    private void AssertFilesOf(string phase, string job, JobEventDetails held)
    {
        var folder = Path.Combine(cluster.State, held.Node!, "jobs", job);
        if (phase == "spill") Assert.True(new FileInfo(Path.Combine(folder, "outputs", $"map-{held.Attempt}")).Length > 0);
        if (phase == "merge") Assert.True(Directory.GetFiles(Path.Combine(folder, "scratch", held.Attempt!)).Length > 1);
    }

    private Task AssertExactAsync(string job, int fillers = 0) => GatedJob.AssertExactAsync(cluster, job, this["out"], Lines, fillers);
}
