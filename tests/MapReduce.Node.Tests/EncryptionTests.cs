using System.Diagnostics;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A cluster that encrypts what jobs keep on disks between their tasks.</summary>
public sealed class EncryptionTests(EncryptionTests.Encrypted shared) : IClassFixture<EncryptionTests.Encrypted>, IDisposable
{
    private const string Marker = "markedwordoftheinput";

    private static readonly string Text = string.Join('\n', Enumerable.Range(0, 500).Select(number => $"{Marker} {Marker}{number} word"));

    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task Nothing_of_the_input_is_on_the_disks_of_nodes_while_a_job_runs_and_after_it_and_the_result_is_exact()
    {
        var job = await StartAsync("later", [Text, $"{Marker} gate"], "--later", "1");
        await job.SucceedsAsync("s0-m");
        await job.SucceedsAsync("s0-r00000");
        await job.SucceedsAsync("s0-r00001");
        // It waits in a map task of the second stage, so that both are there.
        Assert.Contains(Files(shared.Nodes), file => Path.GetFileName(file).StartsWith("map-s0-m", StringComparison.Ordinal));
        var datasets = Files(Path.GetDirectoryName(job.Output)!).Where(file => Path.GetFileName(file).StartsWith("dataset-", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(datasets);
        Assert.All(datasets.Concat(Files(shared.Nodes)), AssertUnmarked);
        Assert.Contains(Files(job.Texts), IsMarked);

        await job.EndAsync();
        Assert.All(Files(shared.Nodes), AssertUnmarked);
        Assert.Empty((await client.JobAsync(job.Id)).HotKeys);
    }

    [Fact]
    public async Task Sorted_runs_are_encrypted_too()
    {
        var gate = Directory.CreateDirectory(shared.Place("gate")).FullName;
        var id = await shared.SubmitAsync(client, "Gated", shared.Texts(Text, "gate"), gate, shared.Place("out"), "merge", request => request with { Memory = 256 << 10 });
        await WaitForGateAsync(gate);
        // Where memory is for few runs only, they have been merged into others.
        Assert.Contains(Files(shared.Nodes), file => Path.GetFileName(file).Split('-')[0] is "run" or "merge");
        Assert.All(Files(shared.Nodes), AssertUnmarked);
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("replaced by another")]
    public async Task A_map_output_that_is_not_what_its_task_has_written_is_named_and_made_again(string how)
    {
        var job = await StartAsync("map", [Text, $"another {Text}", "gate"]);
        var made = await job.SucceedsAsync("s0-m00000-a0");
        var other = await job.SucceedsAsync("s0-m00001-a0");
        if (how == "flipped") Flip(job.MapOutputOf(made));
        else File.Copy(job.MapOutputOf(other), job.MapOutputOf(made), overwrite: true);

        var events = await job.EndAsync();
        Assert.Contains("s0-m00000-a0", events.Where(@event => @event.Event == "MapOutputLost").Select(@event => @event.Attempt));
        Assert.Contains(events, @event => @event is { Event: "AttemptSucceeded", Attempt: "s0-m00000-a1" });
        Assert.All((await client.NodesAsync()).Nodes, node => Assert.False(node.Quarantined));
    }

    [Fact]
    public async Task A_reduce_task_is_replayed_from_encrypted_map_outputs()
    {
        var job = await StartAsync("reduce", [Text, $"{Marker} gate"]);
        var done = await job.SucceedsAsync("s0-r");
        using var replay = Process.Start(new ProcessStartInfo("dotnet", [TestProgram.File, "job", "replay", job.Id, done.Attempt!, "--json", "--address", shared.Cluster.Nodes.Values.First().Settings.HttpAddress, "--token-file", Path.Combine(shared.Nodes, "token")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = replay.StandardError.ReadToEndAsync();
        var output = await replay.StandardOutput.ReadToEndAsync();
        await replay.WaitForExitAsync();
        Assert.True(replay.ExitCode == 0, await error);
        Assert.Contains("succeeded", output, StringComparison.Ordinal);
        // It was given what nodes have, and made nothing again.
        Assert.Empty(await error);
        await job.EndAsync();
    }

    [Fact]
    public async Task A_job_goes_on_under_another_life_of_the_only_node()
    {
        var one = new Encrypted { Size = 1 };
        await one.InitializeAsync();
        try
        {
            GatedJob job;
            using (var before = one.Cluster.Connect(Patience.Limit))
            {
                job = await GatedJob.StartAsync(one, before, "later", [Text, "gate"], ["--later", "1"]);
                await job.SucceedsAsync("s0-r00000");
                await job.SucceedsAsync("s0-r00001");
                await WaitForGateAsync(job.Gate);
            }
            await one.Cluster.AbortAsync("node-1");
            await one.Cluster.AddAsync("node-1");
            using var after = one.Cluster.Connect(Patience.Limit);
            var events = await (job with { Client = after }).EndAsync();
            // What the life before has left could be read.
            Assert.DoesNotContain(events, @event => @event.Event == "DatasetDamaged");
        }
        finally
        {
            await one.DisposeAsync();
        }
    }

    private Task<GatedJob> StartAsync(string phase, string[] texts, params string[] arguments) => GatedJob.StartAsync(shared, client, phase, texts, arguments);

    private static async Task WaitForGateAsync(string gate)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (Directory.GetFiles(gate, "entered-*").Length == 0) await pause.WaitForNextTickAsync(patience.Token);
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None });

    private static void AssertUnmarked(string file) => Assert.False(IsMarked(file), $"'{file}' has something of the input.");

    private static bool IsMarked(string file)
    {
        try
        {
            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf("markedwordoftheinput"u8) >= 0;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Removed at this moment.
            return false;
        }
    }

    private static void Flip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    /// <summary>The cluster.</summary>
    public sealed class Encrypted : SharedCluster
    {
        protected override string More => "mapreduce.storage.encryption = on";
    }
}
