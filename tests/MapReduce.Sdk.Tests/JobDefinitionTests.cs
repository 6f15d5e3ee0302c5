using CommandLine;
using Xunit;

namespace MapReduce.Sdk.Tests;

public sealed class JobDefinitionTests
{
    [Fact]
    public void Sources_and_channels_that_touch_are_one_stage_and_datasets_begin_another()
    {
        var definition = Define(job =>
        {
            var words = job.Channel<string, long>();
            job.ReadLines(job.Inputs[0]).Map(words, (_, _) => { });
            job.ReadLines(job.Inputs[1]).Map(words, (_, _) => { });
            var counts = words.Aggregate(Sum.Of<long>()).WriteText(job.Output);
            counts.Map((string word, long count, IEmitter<long, string> output) => output.Emit(count, word)).Sort().WriteText(job.OutputNamed("by-count"));
        });
        Assert.Equal([2, 1], definition.Stages.Select(stage => stage.Sources.Count));
        Assert.Equal([[], [0]], definition.Stages.Select(stage => stage.DependsOn));
    }

    [Fact]
    public void Jobs_that_cannot_be_right_are_refused_with_what_to_do()
    {
        Refused("reads nothing", _ => { });
        Refused("nothing maps", job => job.ReadLines(job.Inputs));
        Refused("go nowhere", job => Words(job));
        Refused("nobody reads", job => Words(job).Aggregate(Sum.Of<long>()));
        Refused("no map function feeds", job =>
        {
            job.Channel<string, long>().Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("other"));
            Words(job).WriteText(job.Output);
        });
        Refused("writes twice to its output", job => Words(job).Aggregate(Sum.Of<long>()).WriteText(job.Output).WriteText(job.Output));
        Refused("writes twice to the output 'a'", job => Words(job).Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("a")).WriteRecords(job.OutputNamed("a")));
        Refused("reduced, aggregated, sorted or written twice", job =>
        {
            var words = Words(job);
            words.Aggregate(Sum.Of<long>()).WriteText(job.Output);
            words.Sort().WriteText(job.OutputNamed("b"));
        });
        Refused("in a circle", job =>
        {
            var words = Words(job);
            words.Aggregate(Sum.Of<long>()).Map(words, (_, _, _) => { });
        });
        Refused("'_x' cannot name an output", job => job.OutputNamed("_x"));
        Refused("'a/b' cannot name an output", job => job.OutputNamed("a/b"));
        Refused("0 partitions", job => Words(job).Partitions(0));
        Refused("input 3, but 2 given", job => job.ReadLines(job.Inputs[2]));
        Refused("-1 bytes", job => job.ReadRecords(job.Inputs, -1));
        Refused("has no text form", job => job.ReadLines(job.Inputs).Map((TextLine _, IEmitter<string, object> _) => { }).WithCodecs(values: new ObjectCodec()).WriteText(job.Output), needsCodec: true);
    }

    [Fact]
    public void Counters_of_one_name_are_one()
    {
        var definition = Define(job =>
        {
            Assert.Same(job.Counter("lines"), job.Counter("lines"));
            job.Counter("others");
            Words(job).WriteText(job.Output);
        });
        Assert.Equal(["lines", "others"], definition.Counters.Select(counter => counter.Name));
    }

    [Fact]
    public void Counters_cannot_count_outside_of_tasks()
        => Define(job =>
        {
            var error = Assert.Throws<InvalidOperationException>(() => job.Counter("lines").Increment());
            Assert.Contains("No task runs", error.Message, StringComparison.Ordinal);
            Words(job).WriteText(job.Output);
        });

    [Fact]
    public void Arguments_are_parsed_into_the_class_of_the_job()
    {
        var options = JobOptions.Parse<Options>(["--top", "7", "--ratio", "0.5"]);
        Assert.Equal((7, 0.5), (options.Top, options.Ratio));
        Assert.Equal(3, JobOptions.Parse<Options>([]).Top);
    }

    [Theory]
    [InlineData(JobError.Arguments, "'bottom' is unknown", "--bottom", "1")]
    [InlineData(JobError.Arguments, "bad format", "--top", "many")]
    [InlineData(JobError.HelpRequested, "How many.", "--help")]
    public void Other_arguments_are_answered_with_the_help(object error, string words, params string[] arguments)
    {
        var exception = Assert.Throws<JobException>(() => JobOptions.Parse<Options>(arguments));
        Assert.Equal((JobError)error, exception.Error);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Contains("--ratio", exception.Message, StringComparison.Ordinal);
    }

    private static Pairs<string, long> Words(JobBuilder job)
        => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1));

    private static JobDefinition Define(Action<JobBuilder> define)
    {
        var job = new JobBuilder(new JobArguments(["a", "b"], []));
        define(job);
        return job.Build("Job");
    }

    private static void Refused(string words, Action<JobBuilder> define, bool needsCodec = false)
    {
        var error = Assert.Throws<JobException>(() => Define(job =>
        {
            if (needsCodec) job.Codecs.Register(new ObjectCodec());
            define(job);
        }));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private sealed class Options
    {
        [Option("top", Default = 3, HelpText = "How many.")]
        public int Top { get; set; } = 3;

        [Option("ratio", HelpText = "Of what.")]
        public double Ratio { get; set; }
    }

    private sealed class ObjectCodec : Codec<object>
    {
        public override void Write(object value, ByteWriter writer)
        {
        }

        public override object Read(ReadOnlySpan<byte> bytes) => new();
    }
}
