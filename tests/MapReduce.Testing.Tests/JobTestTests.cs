using MapReduce.Local;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Testing.Tests;

public sealed class JobTestTests
{
    [Fact]
    public void A_job_is_tested_in_one_line() => Assert.Equal(["cat\t1", "the\t2"], JobTest.Run<Words>("the cat the").Rows);

    [Fact]
    public void Each_text_is_a_file_and_all_add_up() => Assert.Equal(["a\t2", "b\t1"], JobTest.Run<Words>("a", "b", "a").Rows);

    [Fact]
    public void The_result_has_counters_files_and_the_report()
    {
        var result = JobTest.Run<Words>("a b\na");
        Assert.Equal(2, result.Counters["lines"]);
        Assert.Equal("a\t2\nb\t1\n"u8.ToArray(), result.Files["part-00000"]);
        Assert.Equal(2, result.Report.InputRecords);
        Assert.False(Directory.Exists(result.Report.Output));
    }

    [Fact]
    public void Settings_and_arguments_may_be_given()
    {
        var test = new JobTest { Inputs = [new("in", "a b c d")], Arguments = ["--none"], Settings = new() { Partitions = 3 } };
        var error = Assert.Throws<JobException>(() => test.Execute<Strict>());
        Assert.Contains("'none' is unknown", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, (test with { Arguments = [] }).Execute<Strict>().Files.Count);
    }

    [Fact]
    public void A_failure_is_thrown_with_its_cause()
        => Assert.Contains("no word", Assert.Throws<JobFailedException>(() => JobTest.Run<Strict>("a\n\nb")).Message, StringComparison.Ordinal);

    private sealed class Words : IJob
    {
        public void Define(JobBuilder job)
        {
            var lines = job.Counter("lines");
            job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                lines.Increment();
                foreach (var word in line.Words()) output.Emit(word, 1);
            }).Aggregate(Sum.Of<long>()).WriteText(job.Output);
        }
    }

    private sealed class Strict : IJob
    {
        public void Define(JobBuilder job)
        {
            var options = job.Options<StrictOptions>();
            job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                if (line.Length < options.Least) throw new FormatException("This line has no word.");
                foreach (var word in line.Words()) output.Emit(word, 1);
            }).Aggregate(Sum.Of<long>()).WriteText(job.Output);
        }
    }

    private sealed class StrictOptions
    {
        [CommandLine.Option("least", Default = 1)]
        public int Least { get; set; } = 1;
    }
}
