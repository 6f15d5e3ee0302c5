using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

/// <summary>Whoever runs a task defines the job anew, and must define what was planned.</summary>
public sealed class DefinitionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public DefinitionTests()
    {
        File.WriteAllText(folder["in"], "line\n");
        File.WriteAllText(folder["elsewhere"], "word\n");
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string, string> Differences => new()
    {
        { "partitions", "stage 1, channel 1: ", "in 2 partitions" },
        { "input", "stage 1, source 1: ", "elsewhere" },
        { "source", "stage 1, source 1: ", "WholeFile" },
        { "value", "stage 1, channel 1: ", "int" },
        { "reducer", "stage 1, channel 1: ", "then sort" },
        { "aggregator", "stage 1, channel 1: ", "Max of long" },
        { "combiner", "stage 1, channel 1: ", "combined" },
        { "order", "stage 1, channel 1: ", "by ranges" },
        { "output", "stage 1, channel 1: ", "'other'" },
        { "compression", "stage 1, channel 1: ", "Gzip" },
        { "counter", "counters: ", "another" },
        { "side effects", "side effects: ", "yes" },
        { "side file", "side files: ", "elsewhere" },
        { "stage", "stage 2, source 1: ", "nothing" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_task_of_a_job_that_defines_itself_otherwise_than_planned_fails_with_what_differs(string mood, string where, string what)
    {
        var plan = StagePlan.Read(Define("").Plan(0, (_, _) => []).Bytes);
        var other = Define(mood);

        foreach (var run in (Action[])[() => Map(other, plan), () => Reduce(other, plan), () => other.Check(plan)])
        {
            var failure = Assert.Throws<EngineException>(run);
            Assert.Equal(EngineError.NotDeterministic, failure.Error);
            Assert.Contains(where, failure.Message, StringComparison.Ordinal);
            Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_task_of_a_job_that_defines_itself_as_planned_runs()
    {
        var plan = StagePlan.Read(Define("").Plan(0, (_, _) => []).Bytes);
        Assert.Equal(1, Map(Define(""), plan).Totals.RecordsRead);
        Define("").Check(plan);
    }

    [Fact]
    public void A_side_file_may_be_in_another_place_than_where_the_job_was_planned()
    {
        var plan = StagePlan.Read(Define("side file").Plan(0, (_, _) => []).Bytes);
        var request = new JobRequest("Moody", [folder["in"]], []) { SideFiles = new Dictionary<string, string> { [folder["elsewhere"]] = folder["copy"] } };
        var there = JobRun.Define(() => new Moody("side file", folder["elsewhere"]), request, Settings);
        Assert.Equal([folder["copy"]], there.SideFiles.Values);
        there.Check(plan);
    }

    [Fact]
    public void A_plan_of_the_version_before_says_nothing_of_the_definition_and_is_read()
    {
        // Version 2, stage 0, no files, no splits, no channels.
        var plan = StagePlan.Read(new byte[] { 2, 0, 0, 0, 0 });
        Assert.Equal("", plan.Definition);
        Define("").Check(plan);
    }

    [Fact]
    public void A_job_that_defines_itself_in_two_ways_in_one_process_fails_with_what_differs()
    {
        var times = 0;
        var failure = Assert.Throws<EngineException>(() => JobRun.Define(() => new Moody(times++ == 0 ? "" : "counter", ""), new JobRequest("Moody", [folder["in"]], []), Settings));
        Assert.Equal(EngineError.NotDeterministic, failure.Error);
        Assert.Contains("Moody: Define gives a different job each time", failure.Message, StringComparison.Ordinal);
        Assert.Contains("counters: ", failure.Message, StringComparison.Ordinal);
    }

    private EngineSettings Settings => new() { ScratchFolder = folder["scratch"] };

    private JobRun Define(string mood) => JobRun.Define(() => new Moody(mood, folder["elsewhere"]), new JobRequest("Moody", [folder["in"]], []), Settings);

    private MapResult Map(JobRun run, StagePlan plan) => run.Map(plan, new TaskIdentity(0, 0, 1), Folders, retained: null, progress: null, CancellationToken.None);

    private void Reduce(JobRun run, StagePlan plan) => run.Reduce(plan, new TaskIdentity(0, 0, 1), [MapOutput.Empty], Folders, progress: null, CancellationToken.None);

    private TaskFolders Folders => new(folder["private"], folder["shared"], folder["shared"], folder["attempt"], "attempt");

    private sealed class Moody(string mood, string elsewhere) : IJob
    {
        public void Define(JobBuilder job)
        {
            job.Counter(mood == "counter" ? "another" : "one");
            if (mood == "side effects") job.HasSideEffects();
            if (mood == "side file") job.SideFile(elsewhere);
            if (mood == "value")
            {
                job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, int> output) => output.Emit("", 1)).Sort().WriteText(job.Output);
                return;
            }
            var pairs = job.Channel<string, long>();
            if (mood == "source") job.ReadFiles(job.Inputs).Map(pairs, (WholeFile file, IEmitter<string, long> output) => output.Emit("", 1));
            else job.ReadLines(mood == "input" ? job.InputsAt(elsewhere) : job.Inputs).Map(pairs, (TextLine line, IEmitter<string, long> output) => output.Emit("", 1));
            if (mood == "partitions") pairs.Partitions(2);
            if (mood == "order") pairs.TotalOrder();
            if (mood == "combiner") pairs.Combine((string key, Values<long> values, IEmitter<string, long> output) => output.Emit(key, 1));
            var result = mood switch
            {
                "reducer" => pairs.Sort(),
                "aggregator" => pairs.Aggregate(Max.Of<long>()),
                _ => pairs.Aggregate(Sum.Of<long>()),
            };
            result.WriteText(mood == "output" ? job.OutputNamed("other") : mood == "compression" ? job.Output.Compressed(OutputCompression.Gzip) : job.Output);
            if (mood == "stage") result.Map((string key, long value, IEmitter<string, long> output) => output.Emit(key, value)).Sort().WriteText(job.OutputNamed("second"));
        }
    }
}
