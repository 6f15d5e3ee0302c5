using System.Globalization;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>The processes that run the code of jobs.</summary>
public sealed partial class MiniClusterTests
{
    /// <summary>As <c>mapreduce.executor.niceness</c> has it where nobody says otherwise.</summary>
    private const int Niceness = 10;
    private const int Nicest = 19;

    private const string NamedVariable = "MAPREDUCE_TEST_NAMED";
    private const string OtherVariable = "MAPREDUCE_TEST_OTHER";

    [Fact]
    public async Task Each_job_has_executors_of_its_own_which_give_way_to_the_node()
    {
        var (first, second) = (await HeldAsync("first"), await HeldAsync("second"));
        Assert.Empty(first.Processes.Intersect(second.Processes));
        // Linux tells each what it has.
        if (OperatingSystem.IsLinux()) Assert.All(first.Processes.Concat(second.Processes), process => Assert.Equal(Math.Min(Nicest, NicenessOf("self") + Niceness), NicenessOf(process)));
        foreach (var (job, gate, _) in (Held[])[first, second])
        {
            await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
            Assert.Equal("succeeded", (await client.WaitAsync(job)).Phase);
        }
        Assert.Equal(first.Processes, ProcessesAt(first.Gate));
    }

    [Fact]
    public async Task What_user_code_writes_is_the_log_of_its_attempt()
    {
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Talking", Inputs = [Text(2)] });
        await client.WaitAsync(id);
        var log = await client.LogAsync(id, "s0-m00000-a0");
        Assert.Contains("saw one two 0\n", log, StringComparison.Ordinal);
        Assert.Contains("with concern\n", log, StringComparison.Ordinal);
        Assert.Equal("unknown-attempt", (await Assert.ThrowsAsync<ApiException>(() => client.LogAsync(id, "../../token"))).Code);
    }

    [Fact]
    public async Task User_code_sees_of_the_node_s_environment_what_every_program_needs_and_what_is_named()
    {
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Surrounded", Inputs = [Text(1)] });
        Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
        var seen = Directory.GetFiles(Path.Combine(folder, "out"), "part-*").SelectMany(File.ReadAllLines).Select(line => line.Split('\t')[0]).ToList();
        Assert.Contains("PATH", seen, StringComparer.OrdinalIgnoreCase);
        Assert.Contains(NamedVariable, seen);
        // By this a run of the tests finds executors that it has left behind. Those that are confined have one in any case.
        if (Environment.GetEnvironmentVariable("TMPDIR") is not null) Assert.Contains("TMPDIR", seen);
        Assert.DoesNotContain(OtherVariable, seen);
    }

    /// <summary>A job of which an attempt stands at a gate.</summary>
    private async Task<Held> HeldAsync(string name)
    {
        var gate = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}-in"), "gate\n");
        var job = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Gated", Inputs = [Path.Combine(folder, $"{name}-in")], Output = Path.Combine(folder, $"{name}-out"), Arguments = ["--phase", "map", "--gate", gate] });
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (ProcessesAt(gate).Count == 0) await pause.WaitForNextTickAsync(patience.Token);
        return new Held(job, gate, ProcessesAt(gate));
    }

    private static List<string> ProcessesAt(string gate) => [.. Directory.GetFiles(gate, "entered-*").Select(file => file[(file.LastIndexOf('-') + 1)..])];

    /// <summary>The 19th field of what Linux says of a process, counted after the name, which may hold anything.</summary>
    private static int NicenessOf(string process)
    {
        var status = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    private sealed record Held(string Job, string Gate, List<string> Processes);
}
