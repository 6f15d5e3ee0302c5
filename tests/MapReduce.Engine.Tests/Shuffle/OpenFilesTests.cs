using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

/// <summary>However many map tasks there are, a reduce task has few of their files open.</summary>
public sealed class OpenFilesTests : IDisposable
{
    private const int Maps = 200;
    private const int Few = 4;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData(typeof(Folded))]
    [InlineData(typeof(Aggregated))]
    [InlineData(typeof(Sorted))]
    public void A_reduce_task_keeps_few_files_open(Type job)
    {
        var run = JobRun.Define(() => (IJob)Activator.CreateInstance(job)!, new JobRequest(job.Name, [], []), new EngineSettings { ScratchFolder = folder["scratch"], TaskMemory = 1 << 20 });
        var plan = run.Plan(0, (_, _) => []);
        Assert.Equal(Maps, plan.Maps);
        var outputs = new List<MapOutput>();
        for (var map = 0; map < Maps; map++)
            outputs.Add(run.Map(plan, new TaskIdentity(0, map, 0), Folders($"m{map}"), retained: null, progress: null, CancellationToken.None).Output);
        Assert.All(outputs, output => Assert.NotNull(output.FilePath));

        var most = 0;
        var reduced = run.Reduce(plan, new TaskIdentity(0, 0, 0), outputs, Folders("r0"), _ => most = Math.Max(most, OpenOutputs()), CancellationToken.None);

        Assert.True(reduced.Totals.RowsWritten > 0);
        Assert.InRange(most, 1, Few);
    }

    private int OpenOutputs()
    {
        var shared = folder["shared"] + "/";
        return Directory.GetFileSystemEntries("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget is { } file && file.StartsWith(shared, StringComparison.Ordinal));
    }

    private TaskFolders Folders(string task)
    {
        foreach (var name in (string[])["private", "shared"]) Directory.CreateDirectory(folder[name]);
        return new TaskFolders(folder["private"], folder["shared"], folder["shared"], folder[$"scratch-{task}"], task);
    }

    private sealed class Folded : IJob
    {
        public void Define(JobBuilder job) => job.ReadNumbers(Maps, 1).Map((long number, IEmitter<long, long> output) => output.Emit(number % 7, number)).Aggregate(Sum.Of<long>()).WriteText(job.Output);
    }

    private sealed class Aggregated : IJob
    {
        public void Define(JobBuilder job) => job.ReadNumbers(Maps, 1).Map((long number, IEmitter<long, double> output) => output.Emit(number % 7, number)).Aggregate(Sum.Of<double>()).WriteText(job.Output);
    }

    private sealed class Sorted : IJob
    {
        public void Define(JobBuilder job) => job.ReadNumbers(Maps, 1).Map((long number, IEmitter<long, long> output) => output.Emit(number, number)).Sort().WriteText(job.Output);
    }

    private sealed class LinuxTheoryAttribute : TheoryAttribute
    {
        public LinuxTheoryAttribute()
        {
            if (!OperatingSystem.IsLinux()) Skip = "Needs /proc, where Linux lists the files that are open.";
        }
    }
}
