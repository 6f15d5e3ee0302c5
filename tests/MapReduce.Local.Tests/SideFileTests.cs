using MapReduce.Engine;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>Side files of jobs in this process.</summary>
public sealed class SideFileTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.txt");

    public void Dispose() => File.Delete(file);

    [Fact]
    public void One_that_does_not_exist_is_an_error_before_anything_runs()
    {
        var ran = false;
        var error = Assert.Throws<JobException>(() => Run((_, _) => ran = true));
        Assert.Equal(JobError.Definition, error.Error);
        Assert.Contains($"The side file '{file}' does not exist", error.Message, StringComparison.Ordinal);
        Assert.False(ran);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_changes_while_the_job_runs_fails_it(bool isRemoved)
    {
        File.WriteAllText(file, "one\n");
        var error = Assert.Throws<JobFailedException>(() => Run((side, task) =>
        {
            Assert.Equal(["one"], side.ReadAllLines());
            if (task < 2) return;
            if (isRemoved) File.Delete(side.FullPath);
            else File.WriteAllText(side.FullPath, "another\n");
        }));
        Assert.Equal(EngineError.InputChanged, error.Error);
        Assert.Contains($"The side file '{file}' was changed or removed while the job ran", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_has_the_name_and_the_place_that_it_has()
    {
        File.WriteAllText(file, "one\n");
        Run((side, _) => Assert.Equal((Path.GetFileName(file), file), (side.Name, side.FullPath)));
    }

    private TestResult Run(Action<SideFile, int> map) => InlineJob.Run(
        job =>
        {
            var side = job.SideFile(file);
            job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                map(side, TaskContext.Current.Task);
                output.Emit(line.ToString(), 1);
            }).Aggregate(Sum.Of<long>()).WriteText(job.Output);
        },
        new() { Slots = 1, SplitBytes = 2, Partitions = 1 }, "a\nb\nc\n");
}
