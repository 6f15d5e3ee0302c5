using System.Globalization;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>Somebody waits for a job while its nodes are killed, or told to go.</summary>
[Collection(HarmedCluster.Name)]
public sealed class AttendedTests
{
    private const int Lines = 400;
    private readonly RealCluster cluster;
    private readonly string folder = $"attended-{Guid.NewGuid():n}";

    public AttendedTests(HarmedCluster shared)
    {
        cluster = shared.Cluster;
        cluster.Heal();
        Directory.CreateDirectory(this["gate"]);
    }

    private string this[string name] => cluster[Path.Combine(folder, name)];

    [Fact]
    public async Task Who_waits_reads_which_node_was_lost_and_what_that_cost()
    {
        var text = Gate.Text(cluster, Path.Combine(folder, "in"), Lines);
        using var waiting = Mr.Start("submit", Mr.Job("MapReduce.TestJobs"), "--cluster", cluster.State, "--job", "Gated", "--input", text, "--output", this["out"], "--split", "1000", "--", "--phase", "map", "--gate", this["gate"]);
        var output = waiting.StandardOutput.ReadToEndAsync();
        var first = await waiting.StandardError.ReadLineAsync();
        Assert.StartsWith("job ", first, StringComparison.Ordinal);
        var told = waiting.StandardError.ReadToEndAsync();
        var job = first!["job ".Length..];
        await Gate.EnteredAsync(this["gate"]);
        var held = await Gate.HeldAttemptAsync(job, "map", cluster);
        cluster.Orphan(held.Node!);
        Assert.Equal(held.Node, Mr.Json("cluster", "kill", held.Node!["node-".Length..], "--cluster", cluster.State).GetProperty("killed").GetString());
        File.WriteAllText(this["gate/open"], "");
        await waiting.WaitForExitAsync();
        Assert.True(waiting.ExitCode == 0, await told);
        Assert.Contains("finished in", await output, StringComparison.Ordinal);
        await cluster.AwaitOrphansEndAsync();

        var events = await cluster.EventsAsync(job);
        Assert.Contains(events, @event => @event is { Event: "AttemptFailed", Reason: "WorkerLost" } && @event.Attempt == held.Attempt);
        // A busy machine may lose another node as well.
        var outputs = events.Count(@event => @event.Revision > held.Revision && @event.IsLossOfNode && @event.Message!.Contains($" {held.Node}#", StringComparison.Ordinal));
        var kept = outputs switch { 0 => "finished work kept", 1 => "1 map output is made again; other finished work kept", _ => $"{outputs} map outputs are made again; other finished work kept" };
        Assert.Contains($"{held.Node} lost; 1 task reassigned; {kept}", (await told).Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task A_node_process_that_is_told_to_end_finishes_its_work_and_no_attempt_is_lost()
    {
        const string Name = "guest";
        using var calm = new RealCluster(3, RealCluster.Calm);
        using var guest = Mr.Start("node", "start", "--local", "--config", cluster.Write(Path.Combine(folder, "guest.conf"), File.ReadAllText(Path.Combine(calm.State, "node-1", "node.conf")) + string.Create(CultureInfo.InvariantCulture, $$"""

            mapreduce {
              node { name = "{{Name}}", port = 0, folder = "{{this[Name]}}" }
              http.port = 0
              shutdown.drain = 10m
            }
            """)));
        try
        {
            _ = guest.StandardOutput.ReadToEndAsync();
            var error = guest.StandardError.ReadToEndAsync();
            await RealCluster.UntilAsync(async () => (await calm.Client.NodesAsync()).Nodes.Any(node => node is { Name: Name, State: "up" }));
            // One text for each slot waits at a gate.
            var texts = Directory.CreateDirectory(this["texts"]).FullName;
            for (var text = 0; text < 12; text++) File.WriteAllText(Path.Combine(texts, $"{text:00}.txt"), text < 4 ? "gate\n" : "word\n");
            var job = calm.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Gated", "--input", texts, "--output", this["out"], "--split", "5", "--partitions", "3", "--", "--phase", "map", "--gate", this["gate"]);
            await RealCluster.UntilAsync(() => Task.FromResult(Directory.GetFiles(this["gate"], "entered-*").Length >= 4));
            var before = await calm.EventsAsync(job);
            // Whoever planned the job has done that.
            var held = before.Single(@event => @event is { Event: "AttemptStarted", Node: Name } && @event.Attempt!.Contains("-m", StringComparison.Ordinal));

            RealCluster.Terminate(guest.Id);
            await RealCluster.UntilAsync(async () => (await calm.Client.NodesAsync()).Nodes.Any(node => node is { Name: Name, Draining: true }));
            Assert.False(guest.HasExited);
            File.WriteAllText(this["gate/open"], "");
            var details = await calm.Client.WaitAsync(job);
            Assert.Equal((null, "succeeded", 0), (details.Failure?.Message, details.Phase, details.FailedAttempts));
            Assert.Equal((12, 12), (details.Counters["words"], details.InputRecords));
            Assert.Equal(["gate\t4", "word\t8"], Directory.GetFiles(this["out"], "part-*").SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal));

            using var patience = new CancellationTokenSource(Patience.Limit);
            await guest.WaitForExitAsync(patience.Token);
            Assert.True(guest.ExitCode == 0, $"{guest.ExitCode}: {await error}");
            var events = await calm.EventsAsync(job);
            Assert.Contains(events, @event => @event.Event == "AttemptSucceeded" && @event.Attempt == held.Attempt && @event.Node == Name);
            Assert.DoesNotContain(events, @event => @event.Event is "AttemptFailed" or "AttemptRevoked" or "MapOutputLost");
            Assert.Equal(before.Count(@event => @event is { Event: "AttemptStarted", Node: Name }), events.Count(@event => @event is { Event: "AttemptStarted", Node: Name }));
            await RealCluster.UntilAsync(async () => !(await calm.Client.NodesAsync()).Nodes.Any(node => node is { Name: Name, State: "up" }));
        }
        finally
        {
            if (!guest.HasExited) guest.Kill(entireProcessTree: true);
        }
    }
}
