using Google.Protobuf;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Executor.Tests;

/// <summary>Runs a whole job on executors, task after task, each on the next of them.</summary>
internal sealed class JobOnExecutors(string folder, IReadOnlyList<ExecutorProcess> executors)
{
    private readonly Dictionary<int, List<Dataset>> datasets = [];
    private int next;

    /// <summary>The private paths of the parts, by name.</summary>
    public Dictionary<string, string> Parts { get; } = [];

    public long[] Counters { get; private set; } = [];

    public void Run(Open open)
    {
        open.Settings.ScratchFolder = Path.Combine(folder, "scratch");
        var opened = executors.Select(executor => executor.Ask(new ToExecutor { Open = open }).Opened).ToList();
        Assert.All(opened, other => Assert.Equal(opened[0], other));
        Counters = new long[opened[0].Counters.Count];
        for (var stage = 0; stage < opened[0].Stages.Count; stage++) RunStage(stage);
    }

    private void RunStage(int stage)
    {
        var plan = Ask(stage, 0, run =>
        {
            run.Plan = new PlanTask();
            run.Plan.Earlier.Add(datasets.Select(made => new StageDatasets { Stage = made.Key, Files = { made.Value } }));
        }).Planned;
        var planFile = Path.Combine(folder, $"plan-{stage}");
        File.WriteAllBytes(planFile, plan.Plan.ToByteArray());
        var outputs = new List<string>();
        for (var map = 0; map < plan.Maps; map++)
        {
            var mapped = Ask(stage, map, run => run.Map = new MapTask { PlanFile = planFile }).Mapped;
            outputs.Add(mapped.Output);
            Accept(stage, mapped.Products);
        }
        for (var reduce = 0; reduce < plan.Reduces; reduce++)
        {
            var slices = outputs.Select(output => Slice(output, plan.Plan, reduce)).ToList();
            Accept(stage, Ask(stage, reduce, run => run.Reduce = new ReduceTask { PlanFile = planFile, MapOutputs = { slices } }).Reduced.Products);
        }
    }

    private FromExecutor Ask(int stage, int index, Action<Run> task)
    {
        var run = new Run { Attempt = new Attempt { Stage = stage, Index = index }, Folders = new Folders { Staging = Path.Combine(folder, "staging"), Shared = Path.Combine(folder, "shared"), MapOutputs = Path.Combine(folder, "shared") } };
        task(run);
        var result = executors[next++ % executors.Count].Ask(new ToExecutor { Run = run });
        Assert.True(result.Failed is null, result.Failed?.Message);
        return result;
    }

    private string Slice(string output, ByteString plan, int reduce)
    {
        var path = Path.Combine(folder, $"slice-{Guid.NewGuid():n}");
        using var slice = SegmentSlice.Open(output, StagePlan.Read(plan.Memory).Shape, reduce);
        using var file = File.Create(path);
        slice.CopyToAsync(file, CancellationToken.None).GetAwaiter().GetResult();
        return path;
    }

    private void Accept(int stage, Products products)
    {
        foreach (var part in products.Parts) Parts.Add(part.Name, part.PrivatePath);
        if (!datasets.TryGetValue(stage, out var files)) datasets[stage] = files = [];
        files.AddRange(products.Datasets);
        for (var i = 0; i < products.Totals.Counters.Count; i++) Counters[i] += products.Totals.Counters[i];
    }
}
