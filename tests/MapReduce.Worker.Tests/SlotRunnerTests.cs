using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What a slot reports of packages that are none and of executors that say what is not so.</summary>
public sealed class SlotRunnerTests : IAsyncLifetime
{
    // Version, stage 0, no files, no splits, one channel, of one partition and one bucket, and an empty definition.
    private static readonly byte[] Shuffling = [3, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0];
    private static readonly byte[] MapOnly = [3, 0, 0, 0, 1, 0, 0];

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-worker-").FullName;
    private readonly WorkerNode node;
    private readonly SlotRunner runner;

    public SlotRunnerTests()
    {
        node = TestNode.Make(folder);
        runner = new SlotRunner(node, (_, _) => throw new InvalidOperationException("Nobody is to be asked."));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await runner.DisposeAsync();
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_package_that_is_none_is_the_job_s_fault_and_one_that_nobody_has_is_nobody_s()
    {
        var none = await runner.RunAsync(Grant(TaskKind.Plan, package: node.Blobs.Put("no ZIP archive"u8)), CancellationToken.None);
        Assert.Equal(FailureKind.Definition, none.Failed.Kind);
        Assert.Contains("no ZIP archive", none.Failed.Message, StringComparison.Ordinal);
        var missing = await runner.RunAsync(Grant(TaskKind.Plan, package: new string('0', 64)), CancellationToken.None);
        Assert.Equal(FailureKind.FetchFailed, missing.Failed.Kind);
    }

    [Fact]
    public async Task A_map_task_that_leaves_no_output_for_its_reducers_has_failed()
    {
        var grant = Grant(TaskKind.Map, plan: node.Blobs.Put(Shuffling));
        var exception = await Assert.ThrowsAsync<ExecutorException>(() => FillAsync(grant, Mapped()));
        Assert.Equal(FailureKind.UserCode, exception.Kind);

        var output = node.Segments.PathOf(grant.Job, Wire.Read(grant.Attempt));
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        await File.WriteAllTextAsync(output, "");
        Assert.NotNull((await FillAsync(grant, Mapped())).Made);
    }

    [Fact]
    public async Task A_map_task_without_reducers_leaves_no_output()
        => Assert.NotNull((await FillAsync(Grant(TaskKind.Map, plan: node.Blobs.Put(MapOnly)), Mapped())).Made);

    [Fact]
    public async Task How_many_tasks_a_plan_has_its_bytes_say_and_not_the_executor()
    {
        var claim = new FromExecutor { Planned = new Planned { Attempt = new Protocol.Execution.Attempt(), Plan = ByteString.CopyFrom(Shuffling), Maps = -1, Reduces = 20_000_000 } };
        var planned = (await FillAsync(Grant(TaskKind.Plan), claim)).Planned;
        Assert.Equal((0, 1), (planned.Maps, planned.Reduces));
        Assert.NotNull(node.Blobs.Find(planned.Digest));
    }

    [Fact]
    public async Task What_makes_no_sense_becomes_no_report()
        => await Assert.ThrowsAsync<ExecutorException>(() => FillAsync(Grant(TaskKind.Reduce), Mapped()));

    private async Task<Report> FillAsync(Grant grant, FromExecutor result)
    {
        var run = new Run { Attempt = new Protocol.Execution.Attempt(), Folders = new Folders { Staging = folder, Shared = folder } };
        switch ((TaskKind)grant.Attempt.Kind)
        {
            case TaskKind.Plan: run.Plan = new PlanTask(); break;
            case TaskKind.Map: run.Map = new MapTask(); break;
            default: run.Reduce = new ReduceTask(); break;
        }
        var report = new Report();
        await runner.FillAsync(report, grant, run, result, new Opened { Stages = { new Stage() } }, CancellationToken.None);
        return report;
    }

    private static FromExecutor Mapped() => new() { Mapped = new Mapped { Attempt = new Protocol.Execution.Attempt(), Products = new Products { Totals = new Totals() } } };

    private static Grant Grant(TaskKind kind, string plan = "", string package = "")
        => new() { Job = "job", Attempt = new Protocol.Work.Attempt { Kind = (int)kind }, Plan = plan, Order = new JobOrder { Package = package, Assembly = "job.dll", Settings = new Settings() } };
}
