using System.Diagnostics;
using System.Globalization;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>An attempt that takes much longer than its fellows gets a rival, on another node and in an executor of its own, unless the job declares side effects.</summary>
public sealed class SpeculationTests : IAsyncLifetime
{
    private const string Held = "s0-m00000";
    private const int Texts = 8;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private MiniCluster cluster = null!;
    private MapReduceClient client = null!;

    public async Task InitializeAsync()
    {
        cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), "mapreduce.master.speculation-minimum = 200ms" + TestProgram.Settings);
        client = cluster.Connect(Patience.Limit);
        Directory.CreateDirectory(this["texts"]);
        for (var text = 0; text < Texts; text++) File.WriteAllText(Path.Combine(this["texts"], $"{text}.txt"), text == 0 ? "gate\n" : "word\n");
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string this[string name] => Path.Combine(folder, name);

    [Fact]
    public async Task The_rival_of_a_straggler_wins_and_the_straggler_counts_for_nothing_and_side_effects_allow_no_rival()
    {
        // What must not have a rival comes first, so that one would be its due before that of the other job.
        var lonely = await SubmitAsync("lonely", "--side-effects");
        var begun = await StandsAsync(lonely);
        var helped = await SubmitAsync("helped");
        var stuck = await StandsAsync(helped);
        var straggler = int.Parse(Path.GetFileName(Directory.GetFiles(this["gate-helped"], "entered-*").Single())["entered-".Length..], CultureInfo.InvariantCulture);

        // Nobody opens its gate.
        var job = await client.WaitAsync(helped);
        var events = await SharedCluster.EventsAsync(client, helped);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        var winner = events.Single(@event => @event.Event == "AttemptSucceeded" && IsOfHeld(@event));
        var revoked = events.Single(@event => @event.Event == "AttemptRevoked" && IsOfHeld(@event));
        Assert.Equal(($"{Held}-a1", $"{Held}-a0"), (winner.Attempt, revoked.Attempt));
        Assert.NotEqual(stuck.Node, winner.Node);
        AssertResult("helped", job);
        Assert.Empty(Directory.GetDirectories(folder, ".helped.mr-*"));
        await AwaitEndAsync(straggler);

        // The other job has stood for longer all that time, its tasks are as quick, and a slot on another node was free.
        Assert.True(begun.At < stuck.At);
        await File.WriteAllTextAsync(Path.Combine(this["gate-lonely"], "open"), "");
        var alone = await client.WaitAsync(lonely);
        Assert.Equal((null, "succeeded"), (alone.Failure?.Message, alone.Phase));
        var started = (await SharedCluster.EventsAsync(client, lonely)).Where(@event => @event.Event == "AttemptStarted").Select(@event => @event.Attempt!).ToList();
        Assert.Contains($"{Held}-a0", started);
        Assert.All(started, attempt => Assert.EndsWith("-a0", attempt, StringComparison.Ordinal));
        AssertResult("lonely", alone);
    }

    private static bool IsOfHeld(JobEventDetails @event) => @event.Attempt?.StartsWith(Held, StringComparison.Ordinal) == true;

    private async Task<string> SubmitAsync(string name, params string[] more) => await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with
    {
        JobClass = "Straggling",
        Inputs = [this["texts"]],
        SplitBytes = 5,
        Partitions = 2,
        Output = this[name],
        Arguments = ["--gate", Directory.CreateDirectory(this[$"gate-{name}"]).FullName, .. more],
    });

    /// <summary>Waits until an attempt stands at the gate, and all other map tasks have ended; tells when it began.</summary>
    private async Task<JobEventDetails> StandsAsync(string job)
    {
        JobEventDetails? first = null;
        var done = new HashSet<string>();
        await SharedCluster.AwaitAsync(client, job, @event =>
        {
            if (@event is { Event: "AttemptStarted", Attempt: $"{Held}-a0" }) first = @event;
            if (@event.Event == "AttemptSucceeded" && @event.Attempt!.StartsWith("s0-m", StringComparison.Ordinal) && !IsOfHeld(@event)) done.Add(@event.Attempt);
            return first is not null && done.Count == Texts - 1;
        });
        return first!;
    }

    private void AssertResult(string output, JobDetails job)
    {
        Assert.Equal(new Dictionary<string, long> { ["gate"] = 1, ["word"] = Texts - 1 }, SharedCluster.Counts(this[output]));
        Assert.Equal((Texts, Texts), (job.Counters["words"], job.InputRecords));
    }

    private static async Task AwaitEndAsync(int executor)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        try
        {
            using var process = Process.GetProcessById(executor);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (ArgumentException)
        {
            // It is gone.
        }
    }
}
