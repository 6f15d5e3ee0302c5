using System.Diagnostics;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>Every way to fail that can be provoked, on a cluster, and what the diagnosis says of it.</summary>
[Collection(Cluster.Name)]
public sealed class ProvokedFailuresTests(Cluster cluster)
{
    [Theory]
    [InlineData("ThrowingMapper", "bad\n", FindingKind.ThrowingMapper)]
    [InlineData("ThrowingMapper", "1\n2\nbad\n4\n", FindingKind.PoisonRecord)]
    [InlineData("ThrowingReducer", "good\nbad\n", FindingKind.ThrowingReducer)]
    [InlineData("ThrowingDefine", "x\n", FindingKind.ThrowingDefinition)]
    [InlineData("ThrowingConstructor", "x\n", FindingKind.ThrowingDefinition)]
    [InlineData("ThrowingStaticConstructor", "x\n", FindingKind.ThrowingDefinition)]
    [InlineData("Exiting", "x\n", FindingKind.Exit)]
    [InlineData("Burning", "x\n", FindingKind.EndlessLoop)]
    [InlineData("Overflowing", "x\n", FindingKind.StackOverflow)]
    [InlineData("Greedy", "x\n", FindingKind.OutOfMemory)]
    [InlineData("Lacking", "x\n", FindingKind.MissingDependency)]
    [InlineData("LackingLibrary", "x\n", FindingKind.MissingDependency)]
    [InlineData("MoodyDefine", "x\n", FindingKind.NotDeterministic)]
    [InlineData("LostResult", "x\n", FindingKind.Definition)]
    public async Task Code_that_fails_its_job_is_named(string job, string input, string kind)
    {
        var file = cluster.Write($"{job}-{kind}", input);
        var diagnosis = await cluster.DiagnoseAsync(await cluster.SubmitAsync(job, file, request => request with { TimeoutSeconds = job == "Burning" ? 1 : 60, MemoryLimit = 300 << 20 }));
        var cause = diagnosis.Cause!;
        Assert.Equal((kind, "failed"), (cause.Kind, diagnosis.Phase));
        Assert.StartsWith("node-", cause.Node, StringComparison.Ordinal);
        Assert.Equal("up", cause.NodeState);
        Assert.NotNull(cause.Attempt);
        if (kind == FindingKind.PoisonRecord) Assert.Equal((file, 4L, "bad", "FormatException"), (cause.File, cause.Offset, cause.Record, cause.Exception));
        if (kind == FindingKind.ThrowingMapper) Assert.Equal((file, 0L, "bad"), (cause.File, cause.Offset, cause.Record));
        if (kind == FindingKind.ThrowingDefinition) Assert.Equal("InvalidOperationException", cause.Exception);
        if (kind == FindingKind.ThrowingReducer) Assert.Equal("bad", cause.Record);
        if (job == "LackingLibrary") Assert.Contains("'CsCheck, ", cause.Message, StringComparison.Ordinal);
        if (kind is FindingKind.PoisonRecord or FindingKind.ThrowingReducer) Assert.Contains("Mistakes.cs:", cause.Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_input_is_named()
        => Assert.Equal((FindingKind.BadInput, cluster["nowhere"]), await KindAndFileAsync(await cluster.SubmitAsync("ThrowingMapper", cluster["nowhere"])));

    [Fact]
    public async Task More_bad_records_than_allowed_are_named_with_the_last()
    {
        var file = cluster.Write("bad", "1\nbad\nworse\n");
        var cause = (await cluster.DiagnoseAsync(await cluster.SubmitAsync("ThrowingMapper", file, request => request with { SkipBadRecords = 1 }))).Cause!;
        Assert.Equal((FindingKind.TooManyBadRecords, file, 6L, "worse"), (cause.Kind, cause.File, cause.Offset, cause.Record));
    }

    [Fact]
    public async Task An_input_that_changes_while_it_is_read_is_named()
    {
        var gate = Gate("changing");
        var file = cluster.Write("changing-input", "gate\nand more\n");
        var job = await SubmitGatedAsync(gate, file);
        await cluster.EventAsync(job, @event => @event is { Event: "AttemptStarted", Attempt: "s0-m00000-a0" });
        await EnteredAsync(gate);
        await File.AppendAllTextAsync(file, "and yet more\n");
        Open(gate);
        Assert.Equal((FindingKind.InputChanged, file), await KindAndFileAsync(job));
    }

    [Fact]
    public async Task A_lost_node_is_named_although_reducers_met_its_absence_first()
    {
        var (gate, job, holder) = await HalfDoneAsync("losing");
        await cluster.Nodes.AbortAsync(holder);
        await cluster.EventAsync(job, @event => @event.Event == "MapOutputLost");
        Open(gate);
        var diagnosis = await cluster.DiagnoseAsync(job);
        await cluster.Nodes.AddAsync(holder);
        Assert.Equal(("succeeded", FindingKind.LostNode, holder), (diagnosis.Phase, diagnosis.Cause?.Kind, diagnosis.Cause?.Node));
        Assert.NotEqual("up", diagnosis.Cause!.NodeState);
    }

    [Theory]
    [InlineData(false, FindingKind.LostMapOutput)]
    [InlineData(true, FindingKind.CorruptSegment)]
    public async Task A_map_output_that_is_gone_or_damaged_is_named(bool isDamaged, string kind)
    {
        var (gate, job, holder) = await HalfDoneAsync(kind);
        foreach (var output in Directory.GetFiles(cluster[Path.Combine("cluster", holder, "jobs", job, "outputs")], "map-*"))
        {
            if (isDamaged) Damage(output);
            else File.Delete(output);
        }
        Open(gate);
        var cause = (await cluster.DiagnoseAsync(job)).Cause!;
        Assert.Equal((kind, holder, "up"), (cause.Kind, cause.Node, cause.NodeState));
        // The task whose output it is: one that ran on that node.
        Assert.StartsWith("s0-m", cause.Task, StringComparison.Ordinal);
        Assert.StartsWith($"{cause.Task}-a", cause.Attempt, StringComparison.Ordinal);
        await cluster.EventAsync(job, @event => @event.Event == "AttemptSucceeded" && @event.Attempt == cause.Attempt && @event.Node == holder);
    }

    [MountFact]
    public async Task A_full_disk_is_named_with_the_file()
    {
        var disk = Directory.CreateDirectory(cluster["disk"]).FullName;
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk));
        try
        {
            var input = cluster.Write("much", string.Join('\n', Enumerable.Range(0, 200_000).Select(line => $"line {line}")));
            var cause = (await cluster.DiagnoseAsync(await cluster.SubmitAsync("IdleReducer", input, request => request with { Output = Path.Combine(disk, "out") }))).Cause!;
            Assert.Equal(FindingKind.DiskFull, cause.Kind);
            Assert.StartsWith(disk, cause.File, StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", "-l", disk);
        }
    }

    [Fact]
    public async Task The_program_shows_one_screen_and_speaks_json()
    {
        var file = cluster.Write("shown", "1\nbad\n");
        var id = await cluster.SubmitAsync("ThrowingMapper", file);
        await cluster.Client.WaitAsync(id);
        var (code, output, error) = Cluster.Mr(["job", "diagnose", id, .. cluster.Connection]);
        Assert.True(code == 0, error);
        foreach (var words in (string[])["poison-record (UserCode)", $"{file}, offset 2", $"mr job replay {id[..8]} s0-m00000 --debug"]) Assert.Contains(words, output.ReplaceLineEndings(" ").Replace("           ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(output.Split('\n').Length < 40);
        using var json = System.Text.Json.JsonDocument.Parse(Cluster.Mr(["job", "diagnose", id, "--json", .. cluster.Connection]).Output);
        Assert.Equal("poison-record", json.RootElement.GetProperty("cause").GetProperty("kind").GetString());
    }

    private async Task<(string, string?)> KindAndFileAsync(string job)
    {
        var cause = (await cluster.DiagnoseAsync(job)).Cause!;
        return (cause.Kind, cause.File);
    }

    /// <summary>A job of which one map task stands at a gate, and a node beside the first that holds the output of another.</summary>
    private async Task<(string Gate, string Job, string Holder)> HalfDoneAsync(string name)
    {
        var gate = Gate(name);
        var texts = Directory.CreateDirectory(cluster[$"{name}-texts"]).FullName;
        for (var map = 0; map < 9; map++) File.WriteAllText(Path.Combine(texts, $"{map}.txt"), map == 0 ? "gate0" : "words");
        var job = await SubmitGatedAsync(gate, texts, request => request with { SplitBytes = 5, Partitions = 1, Attempts = 4 });
        var done = 0;
        string? holder = null;
        string? standing = null;
        await cluster.EventAsync(job, @event =>
        {
            if (@event is { Event: "AttemptStarted", Attempt: "s0-m00000-a0" }) standing = @event.Node;
            if (@event.Event == "AttemptSucceeded" && @event.Node != standing && @event.Node != "node-1") holder = @event.Node;
            if (@event.Event == "AttemptSucceeded") done++;
            return done == 8;
        });
        return (gate, job, holder!);
    }

    private Task<string> SubmitGatedAsync(string gate, string input, Func<SubmitRequest, SubmitRequest>? with = null)
        => cluster.SubmitAsync("Gated", input, request => (with ?? (same => same))(request with { Arguments = ["--phase", "map", "--gate", gate] }));

    private string Gate(string name) => Directory.CreateDirectory(cluster[$"{name}-gate"]).FullName;

    private static void Open(string gate) => File.WriteAllText(Path.Combine(gate, "open"), "");

    private static async Task EnteredAsync(string gate)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Directory.GetFiles(gate, "entered-*").Length == 0) await pause.WaitForNextTickAsync();
    }

    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 0x55;
        File.WriteAllBytes(file, bytes);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}

/// <summary>A test that mounts a small disk.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Skip = "Needs Linux and root, to mount a disk of 1 MiB.";
    }
}
