using System.Globalization;
using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>
/// Stops the master's process with SIGSTOP, lets it sleep while another reigns, and wakes it while its job still runs: it must find itself replaced, and the job's
/// result must be exact.
/// </summary>
internal static class StallSoak
{
    public static async Task<Outcome> RunAsync(int seconds)
    {
        using var cluster = new RealCluster();
        var words = new Words(Path.GetDirectoryName(cluster.State)!, lines: 600_000, split: 1_000_000, partitions: 6);
        var output = cluster["out"];
        var gate = Directory.CreateDirectory(cluster["gate"]).FullName;
        var job = cluster.Submit([Words.Job, "--output", output, .. words.Arguments, "--", "--phase", "map", "--gate", gate]);
        await cluster.AwaitAsync(job, @event => @event.Event == "AttemptSucceeded");
        var before = await cluster.Client.NodesAsync();
        cluster.StopNode(before.Master);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var reign = await cluster.Client.NodesAsync();
        var asleep = (await cluster.EventsAsync(job)).Count;
        var logged = cluster.LogOf(before.Master).Length;
        cluster.ContinueNode(before.Master);
        await RealCluster.UntilAsync(async () => (await cluster.Client.NodesAsync()).Nodes.Count(node => node.State == "up") == before.Nodes.Count);
        var after = await cluster.Client.NodesAsync();
        var end = cluster.EndOfReign(before.Master, logged);
        File.WriteAllText(Path.Combine(gate, "open"), "");
        var details = await cluster.Client.WaitAsync(job);
        var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : words.Difference(output, details.Counters);
        var events = await cluster.EventsAsync(job);
        var claims = events.Count(@event => @event.Event == "EpochClaimed");
        var isReplaced = end is not null && claims == 2 && events.Count > asleep && reign.Epoch == before.Epoch + 1 && after.Epoch == reign.Epoch && after.Master == reign.Master;
        Console.WriteLine(end ?? $"{before.Master} does not say why its reign has ended.");
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{before.Master} slept {seconds} s: epoch {before.Epoch}, then {reign.Epoch} under {reign.Master}, and {after.Epoch} under {after.Master} after it woke, amid the job; {claims} reigns worked on the job; {wrong ?? "exact"}"),
            "the old epoch is over, exact",
            wrong is null && isReplaced);
    }
}
