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

    [Theory]
    [InlineData("its output and the file 'part-00000' would both be at 'part-00000'", "", "/part-00000")]
    [InlineData("the file 'f' and the file 'f' would both be at 'f'", "/f", "/./f")]
    [InlineData("the file 'a/f' and the file 'a/f' would both be at 'a/f'", "/a/f", "x/b/..//a/f")]
    [InlineData("the output 'x' and the file 'x/part-00000' would both be at 'x/part-00000'", "x", "/x/part-00000")]
    [InlineData("the output 'x' and the file 'x/part-00000.gz' would both be at 'x/part-00000.gz'", "x gzip", "/x/part-00000.gz")]
    [InlineData("the output 'x' and the file 'x' would both be at 'x'", "x", "/x")]
    [InlineData("the file 'a/f' and the file 'a' would both be at 'a'", "/a", "/a/f")]
    [InlineData("its output and the output 'part-00001' would both be at 'part-00001'", "", "part-00001")]
    [InlineData("its output and the file 'part-123456/f' would both be at 'part-123456'", "", "/part-123456/f")]
    [InlineData("writes twice to the output 'x'", "x", "x gzip")]
    public void Outputs_that_would_get_one_place_are_refused(string words, string first, string second)
    {
        foreach (var (one, other) in ((string, string)[])[(first, second), (second, first)])
        {
            var message = Assert.Throws<JobException>(() => Define(job => Words(job).Aggregate(Sum.Of<long>()).WriteText(Target(job, one)).WriteText(Target(job, other)))).Message;
            Assert.Contains(words.Split(' ')[^1], message, StringComparison.Ordinal);
            if (one == first) Assert.Contains(words, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "/part-00000.gz")]
    [InlineData("", "/part-")]
    [InlineData("", "/part-x")]
    [InlineData("x", "/part-00000")]
    [InlineData("x", "/x/notes")]
    [InlineData("x", "x/y")]
    [InlineData("x gzip", "/x/part-00000")]
    [InlineData("/a/f", "/a/g")]
    public void Outputs_with_places_of_their_own_are_allowed(string first, string second)
        => Assert.Single(Define(job => Words(job).Aggregate(Sum.Of<long>()).WriteText(Target(job, first)).WriteText(Target(job, second))).Stages);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a/..")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("_manifest.json")]
    [InlineData("./_manifest.json")]
    [InlineData("_quarantine/part-00000")]
    public void A_file_that_is_not_the_jobs_to_write_is_refused(string name)
        => Assert.Contains($"'{name}' cannot name an output file", Assert.Throws<JobException>(() => Define(job => Words(job).Aggregate(Sum.Of<long>()).WriteText(job.Output.AsFile(name)))).Message, StringComparison.Ordinal);

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

    /// <summary>An output by its name, with '/' and a file where it is one, or "gzip".</summary>
    private static OutputTarget Target(JobBuilder job, string text)
    {
        var isCompressed = text.EndsWith(" gzip", StringComparison.Ordinal);
        var (name, file) = text.Split(' ')[0].Split('/', 2) is [var before, var behind] ? (before, behind) : (text.Split(' ')[0], null);
        var target = name.Length == 0 ? job.Output : job.OutputNamed(name);
        if (isCompressed) target = target.Compressed(OutputCompression.Gzip);
        return file is null ? target : target.AsFile(file);
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
