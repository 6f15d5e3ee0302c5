using System.Runtime.InteropServices;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Executor.Tests;

/// <summary>Whatever the code of a job does, its executor answers with a typed reason or ends; it never lingers.</summary>
public sealed class MisbehaviourTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-executor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Code_that_throws_is_a_failure_of_the_attempt_with_the_record()
    {
        using var executor = Open("ThrowingMapper", "1\nbad\n");
        var failed = executor.Ask(Map(executor)).Failed;
        Assert.Equal(Reason.UserCode, failed.Reason);
        Assert.Contains("in' at offset 2: bad", failed.Message, StringComparison.Ordinal);
        Assert.Equal(0, failed.Attempt.Index);
    }

    [Fact]
    public void An_executor_goes_on_after_a_failed_attempt()
    {
        using var executor = Open("ThrowingMapper", "1\nbad\n");
        var map = Map(executor);
        Assert.NotNull(executor.Ask(map).Failed);
        File.WriteAllText(Path.Combine(folder, "in"), "1\n");
        Assert.Equal(Reason.InputChanged, executor.Ask(map).Failed.Reason);
    }

    [Theory]
    [InlineData("Nobody", Reason.Definition, "no job named 'Nobody'")]
    [InlineData("", Reason.Definition, "several jobs")]
    [InlineData("ThrowingDefine", Reason.UserCode, "ThrowingDefine: Define threw InvalidOperationException: The stars are wrong.")]
    [InlineData("ThrowingConstructor", Reason.UserCode, "ThrowingConstructor: The constructor threw InvalidOperationException: The stars are wrong.")]
    [InlineData("ThrowingStaticConstructor", Reason.UserCode, "ThrowingStaticConstructor: The static constructor of 'MapReduce.TestJobs.ThrowingStaticConstructor' threw InvalidOperationException: The stars are wrong.")]
    public void A_job_that_cannot_be_opened_is_a_typed_failure(string job, Reason reason, string words)
    {
        using var executor = new ExecutorProcess();
        AssertCannotBeOpened(executor, OpenOf(job), reason, words);
    }

    [Fact]
    public void What_is_no_job_assembly_cannot_be_opened_and_the_executor_says_so_each_time()
    {
        using var executor = new ExecutorProcess();
        var native = Path.Combine(folder, "native.dll");
        File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), OperatingSystem.IsWindows() ? "coreclr.dll" : OperatingSystem.IsMacOS() ? "libcoreclr.dylib" : "libcoreclr.so"), native);
        var text = Path.Combine(folder, "text.dll");
        File.WriteAllText(text, "This is a text.");
        foreach (var file in (string[])[native, text]) AssertCannotBeOpened(executor, Open(file), Reason.Definition, $"'{file}' is no .NET assembly for this machine.");
        AssertCannotBeOpened(executor, Open(Path.Combine(folder, "none.dll")), Reason.Definition, "There is no file");

        Open Open(string file)
        {
            var open = OpenOf("");
            open.Assembly = file;
            return open;
        }
    }

    private static void AssertCannotBeOpened(ExecutorProcess executor, Open open, Reason reason, string words)
    {
        var failed = executor.Ask(new ToExecutor { Open = open }).Failed;
        Assert.Equal(reason, failed.Reason);
        Assert.Null(failed.Attempt);
        Assert.Contains(words, failed.Message.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Code_that_exits_takes_only_its_executor_along()
    {
        using var executor = Open("Exiting", "line\n");
        executor.Send(Map(executor));
        Assert.Null(executor.ReceiveResult());
        Assert.Equal(7, executor.End());
    }

    [Fact]
    public void Code_that_fills_the_stack_takes_only_its_executor_along()
    {
        using var executor = Open("Overflowing", "line\n");
        executor.Send(Map(executor));
        Assert.Null(executor.ReceiveResult());
        Assert.NotEqual(0, executor.End());
        Assert.Contains("Stack overflow", executor.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_that_never_ends_makes_progress_known_and_heeds_a_cancellation()
    {
        using var executor = Open("Endless", "");
        var map = Map(executor);
        executor.Send(map);
        Assert.Equal(map.Run.Attempt, executor.Receive()!.Progress.Attempt);
        Assert.Equal(Reason.Cancelled, executor.Ask(new ToExecutor { Cancel = new Cancel { Attempt = map.Run.Attempt } }).Failed.Reason);
    }

    [Fact]
    public void Code_that_heeds_nothing_ends_with_the_connection()
    {
        var sign = Path.Combine(folder, "sign");
        using var executor = Open("Deaf", $"{sign}\n");
        executor.Send(Map(executor));
        // Progress comes even while the code never returns.
        while (!File.Exists(sign)) Assert.NotNull(executor.Receive()!.Progress);
        executor.Disconnect();
        Assert.Equal(0, executor.End());
    }

    [Fact]
    public void An_executor_whose_node_goes_while_it_rehearses_leaves_no_file()
    {
        var rehearsal = Path.Combine(folder, "rehearsal");
        using var executor = new ExecutorProcess(rehearsal);
        executor.Disconnect();
        executor.End();
        Assert.False(Path.Exists(rehearsal));
    }

    [Fact]
    public void What_no_executor_understands_ends_it()
    {
        using var executor = Open("Endless", "");
        executor.SendGarbage();
        Assert.Null(executor.ReceiveResult());
        Assert.Equal(0, executor.End());
    }

    [Fact]
    public void An_attempt_before_its_job_is_refused()
    {
        using var executor = new ExecutorProcess();
        var failed = executor.Ask(new ToExecutor { Run = new Run { Attempt = new Attempt(), Folders = new Folders(), Plan = new PlanTask() } }).Failed;
        Assert.Equal(Reason.Unknown, failed.Reason);
        Assert.Contains("before its job was opened", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Talking")]
    [InlineData("Endless")]
    public void A_second_job_is_refused_and_the_first_goes_on(string second)
    {
        using var executor = Open("Talking", "one\n");
        var failed = executor.Ask(new ToExecutor { Open = OpenOf(second) }).Failed;
        Assert.Equal(Reason.Unknown, failed.Reason);
        Assert.Contains("It has opened 'Talking', and serves no other.", failed.Message, StringComparison.Ordinal);
        Assert.NotNull(executor.Ask(Map(executor)).Mapped);
    }

    [Fact]
    public void What_code_writes_to_the_console_is_the_log()
    {
        using var executor = Open("Talking", "one\ntwo\n");
        Assert.NotNull(executor.Ask(Map(executor)).Mapped);
        executor.Disconnect();
        executor.End();
        Assert.Equal($"{LogMarks.AttemptEnds}\nsaw one\nsaw two\n{LogMarks.AttemptEnds}\n", executor.Output.ReplaceLineEndings("\n"));
        Assert.Equal($"{LogMarks.AttemptEnds}\nwith concern\nwith concern\n{LogMarks.AttemptEnds}\n", executor.Error.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_executor_whose_node_does_not_listen_says_so()
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [ExecutorProcess.Assembly("mr"), "executor", Path.Combine(folder, "nobody")]) { RedirectStandardError = true })!;
        Assert.Contains("No node listens", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public void A_job_that_defines_itself_otherwise_in_another_process_fails_there_with_what_differs()
    {
        using var first = Open("LocalDefine", "line\n");
        using var second = Open("LocalDefine", "line\n");
        var map = Map(first);
        Assert.NotNull(first.Ask(map).Mapped);
        var planOfLaterStage = new ToExecutor { Run = new Run { Attempt = new Attempt { Stage = 1 }, Folders = map.Run.Folders, Plan = new PlanTask { FirstPlanFile = map.Run.Map.PlanFile, Earlier = { new StageDatasets() } } } };
        Assert.NotNull(first.Ask(planOfLaterStage).Planned);
        foreach (var run in (ToExecutor[])[map, planOfLaterStage])
        {
            var failed = second.Ask(run).Failed;
            Assert.Equal(Reason.NotDeterministic, failed.Reason);
            Assert.Contains("stage 1, channel 1: ", failed.Message, StringComparison.Ordinal);
            Assert.Matches("in [0-9]+ partitions.* in [0-9]+ partitions", failed.Message);
        }
    }

    private ExecutorProcess Open(string job, string text)
    {
        File.WriteAllText(Path.Combine(folder, "in"), text);
        var executor = new ExecutorProcess();
        var opened = executor.Ask(new ToExecutor { Open = OpenOf(job) });
        Assert.True(opened.Opened?.Name == job, opened.Failed?.Message);
        return executor;
    }

    private Open OpenOf(string job) => new()
    {
        Assembly = ExecutorProcess.Assembly("MapReduce.TestJobs"),
        JobClass = job,
        Inputs = { Path.Combine(folder, "in") },
        Settings = new Settings { TaskMemory = 1 << 20, SplitBytes = 1 << 20, ScratchFolder = Path.Combine(folder, "scratch") },
    };

    /// <summary>The first map task, planned by the executor itself.</summary>
    private ToExecutor Map(ExecutorProcess executor)
    {
        var folders = new Folders { Staging = Path.Combine(folder, "staging"), Shared = Path.Combine(folder, "shared"), MapOutputs = Path.Combine(folder, "shared") };
        var planned = executor.Ask(new ToExecutor { Run = new Run { Attempt = new Attempt(), Folders = folders, Plan = new PlanTask() } }).Planned;
        var file = Path.Combine(folder, "plan");
        File.WriteAllBytes(file, planned.Plan.ToByteArray());
        return new ToExecutor { Run = new Run { Attempt = new Attempt(), Folders = folders, Map = new MapTask { PlanFile = file } } };
    }
}
