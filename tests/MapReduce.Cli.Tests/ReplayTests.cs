using System.Text.Json;
using MapReduce.Api;
using MapReduce.Cli.Replay;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>Attempts of a cluster that run again in the process of the user.</summary>
[Collection(Cluster.Name)]
public sealed class ReplayTests(Cluster cluster)
{
    private const int Tries = 12;
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_mapper_that_threw_throws_again_at_the_same_record()
    {
        var file = cluster.Write("replayed", "1\nbad\n");
        var (code, output, error) = await ReplayAsync(await FailedAsync("ThrowingMapper", file), "s0-m00000");
        Assert.Equal(1, code);
        Assert.Contains($"'{file}' at offset 2: bad", error, StringComparison.Ordinal);
        Assert.Contains("s0-m00000-a1 runs here", error, StringComparison.Ordinal);
        Assert.Contains("Mistakes.cs:line", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_reducer_is_given_the_outputs_of_maps_that_run_again_because_the_job_is_over()
    {
        var (code, _, error) = await ReplayAsync(await FailedAsync("ThrowingReducer", cluster.Write("reduced", "good\nbad\n")));
        Assert.Equal(1, code);
        Assert.Contains("map tasks of stage 1 run again here first", error, StringComparison.Ordinal);
        Assert.Contains("at the key 'bad'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_of_a_later_stage_is_given_what_earlier_stages_make_again()
    {
        var id = await FailedAsync("ThrowingSecondStage", cluster.Write("staged", "good\nbad\n"));
        var (code, _, error) = await ReplayAsync(id);
        Assert.Equal(1, code);
        Assert.Contains("The results of stage 1 are gone", error, StringComparison.Ordinal);
        Assert.Contains("This line is not wanted", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reducer_of_a_job_that_still_runs_is_given_the_map_outputs_of_the_nodes()
    {
        var gate = Directory.CreateDirectory(cluster["replay-gate"]).FullName;
        var texts = Directory.CreateDirectory(cluster["replay-texts"]).FullName;
        for (var map = 0; map < 6; map++) await File.WriteAllTextAsync(Path.Combine(texts, $"{map}.txt"), map == 3 ? "gate words" : "words");
        var id = await cluster.SubmitAsync("Gated", texts, request => request with { SplitBytes = 12, Partitions = 2, Arguments = ["--phase", "reduce", "--gate", gate] });
        await cluster.EventAsync(id, @event => @event is { Event: "AttemptSucceeded", Attempt: ['s', '0', '-', 'r', ..] });
        var done = (await cluster.Client.TasksAsync(id)).Tasks.First(task => task is { State: "done", Task: ['s', '0', '-', 'r', ..] }).Task;
        var (code, output, error) = await ReplayAsync(id, done, "--json");
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        await cluster.Client.WaitAsync(id);
        Assert.True(code == 0, error);
        Assert.Empty(error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(("succeeded", 1), (json.RootElement.GetProperty("outcome").GetString(), json.RootElement.GetProperty("rows").GetInt32()));
    }

    [Fact]
    public async Task An_attempt_that_ends_well_here_says_what_differed_there_and_leaves_what_it_made()
    {
        var kept = cluster["kept"];
        var file = cluster.Write("mended", "bad\n");
        var written = File.GetLastWriteTimeUtc(file);
        var id = await FailedAsync("ThrowingMapper", file);
        // To the plan it is the same file.
        await File.WriteAllTextAsync(file, "111\n");
        File.SetLastWriteTimeUtc(file, written);
        var (code, output, error) = await ReplayAsync(id, "s0-m00000", "--keep", kept);
        Assert.True(code == 0, error);
        Assert.Contains("ends well here: 1 records read", output, StringComparison.Ordinal);
        Assert.Contains("it failed (UserCode)", output, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(kept, "outputs")));
    }

    [Fact]
    public async Task Code_that_ends_the_process_says_so_before_it_does()
    {
        var id = await FailedAsync("Exiting", cluster.Write("exiting", "x\n"));
        var temporary = Directory.CreateDirectory(cluster["temporary"]).FullName;
        var (code, _, error) = await Task.Run(() => Cluster.Mr(temporary, ["job", "replay", id, .. cluster.Connection]));
        Assert.Equal(7, code);
        Assert.Empty(Directory.GetDirectories(temporary, "mapreduce-*"));
        Assert.Contains("The job's code ended this process", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_debug_it_waits_for_a_debugger_and_for_nothing_else()
    {
        var id = await FailedAsync("ThrowingMapper", cluster.Write("debugged", "bad\n"));
        using var process = Cluster.Start(["job", "replay", id, "--debug", .. cluster.Connection]);
        var line = await process.StandardError.ReadLineAsync();
        Assert.Contains($"Process {process.Id} waits for a debugger", line, StringComparison.Ordinal);
        Assert.False(process.HasExited);
        using var interrupt = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
    }

    [DebuggerFact]
    public async Task A_debugger_that_is_attached_lets_it_go_on_and_learns_of_the_job_before_its_code_runs()
    {
        var id = await FailedAsync("ThrowingMapper", cluster.Write("attached", "bad\n"));
        // The debugging interface of the runtime loses an attachment now and then, and the process that waits for it is then tried anew.
        for (var tries = 1; ; tries++)
        {
            using var process = Cluster.Start(["job", "replay", id, "--debug", .. cluster.Connection]);
            Assert.Contains("waits for a debugger", await process.StandardError.ReadLineAsync(), StringComparison.Ordinal);
            if (await EndAttachedAsync(process, tries * OneTry) is not { } rest)
            {
                Assert.True(tries < Tries, "The replay does not go on, though a debugger is attached.");
                continue;
            }
            Assert.Equal(1, process.ExitCode);
            Assert.Contains("It fails here, too", rest, StringComparison.Ordinal);
            Assert.Contains(Debugger.Loaded, path => Path.GetFileName(path) == "MapReduce.TestJobs.dll");
            return;
        }
    }

    /// <summary>What a process tells to its end with a debugger attached; null where it does not end.</summary>
    private static async Task<string?> EndAttachedAsync(System.Diagnostics.Process process, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            Debugger.Attach(process);
            var rest = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return rest;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            // It would wait for ever.
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public void What_is_no_task_or_never_ran_is_told()
    {
        var events = new JobEvents().Ran("s0-m00000-a0", 1).All;
        foreach (var (wanted, words) in ((string?, string)[])[("banana", "names no task"), ("s0-m00009", "never run 's0-m00009'"), (null, "No attempt of the job has failed")])
            Assert.Contains(words, Assert.Throws<UserException>(() => ReplayedTask.Find("job", wanted, events)).Message, StringComparison.Ordinal);
    }

    private async Task<string> FailedAsync(string job, string input, Func<SubmitRequest, SubmitRequest>? with = null)
    {
        var id = await cluster.SubmitAsync(job, input, with);
        Assert.Equal("failed", (await cluster.Client.WaitAsync(id)).Phase);
        return id;
    }

    private Task<(int Code, string Output, string Error)> ReplayAsync(string id, params string[] more) => Task.Run(() => Cluster.Mr(["job", "replay", id, .. more, .. cluster.Connection]));
}

/// <summary>A test that needs a debugger.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DebuggerFactAttribute : FactAttribute
{
    public DebuggerFactAttribute() => Skip = Debugger.Missing;
}
