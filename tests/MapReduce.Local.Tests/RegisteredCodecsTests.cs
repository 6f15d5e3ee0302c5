using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>Aggregators use the codecs of their job, which they cannot know when they are made.</summary>
public sealed class RegisteredCodecsTests
{
    [Fact]
    public void The_smallest_the_largest_and_the_distinct_are_found_by_registered_codecs()
    {
        var result = InlineJob.Run(job =>
        {
            job.Codecs.Register(new VersionCodec());
            Versions(job).Aggregate(Min.Of<Version>()).WriteText(job.OutputNamed("min"));
            Versions(job).Aggregate(Max.Of<Version>().Select(largest => $"at most {largest}")).WriteText(job.OutputNamed("max"));
            Versions(job).Aggregate(DistinctCount.Of<Version>()).WriteText(job.OutputNamed("distinct"));
            Versions(job).Aggregate(Both.Of(Both.Of(Min.Of<Version>(), Max.Of<Version>()).Select(ends => $"{ends.Item1}-{ends.Item2}"), DistinctCount.Of<Version>())).WriteText(job.OutputNamed("both"));
            job.ReadNumbers(20, 3).Map((long number, IEmitter<string, (Version, int)> output) => output.Emit("key", (Of(number), 1))).Aggregate(Max.Of<(Version, int)>()).WriteText(job.OutputNamed("parts"));
        }, new());
        Assert.Equal(["key\t9.0"], result.RowsOf("min"));
        Assert.Equal(["key\tat most 10.9"], result.RowsOf("max"));
        Assert.Equal(["key\t20"], result.RowsOf("distinct"));
        Assert.Equal(["key\t9.0-10.9\t20"], result.RowsOf("both"));
        Assert.Equal(["key\t10.9\t1"], result.RowsOf("parts"));
    }

    [Fact]
    public void A_codec_that_is_missing_is_named_when_the_job_is_defined()
    {
        var error = Assert.Throws<JobException>(() => InlineJob.Run(job =>
        {
            job.Codecs.Register(new LengthOnly());
            job.ReadNumbers(1, 1).Map((long number, IEmitter<string, Version> output) => output.Emit("key", Of(number))).Aggregate(Min.Of<Version>()).WriteText(job.Output);
        }, new()));
        Assert.Contains("KeyCodec<Version>", error.Message, StringComparison.Ordinal);
    }

    private static Pairs<string, Version> Versions(JobBuilder job)
        => job.ReadNumbers(20, 3).Map((long number, IEmitter<string, Version> output) => output.Emit("key", Of(number)));

    private static Version Of(long number) => new(9 + ((int)number / 10), (int)number % 10);

    private sealed class VersionCodec : KeyCodec<Version>
    {
        public override int? FixedLength => 2;

        public override void Write(Version value, ByteWriter writer) => writer.Write([(byte)value.Major, (byte)value.Minor]);

        public override Version Read(ReadOnlySpan<byte> bytes) => new(bytes[0], bytes[1]);
    }

    private sealed class LengthOnly : Codec<Version>
    {
        public override void Write(Version value, ByteWriter writer)
        {
        }

        public override Version Read(ReadOnlySpan<byte> bytes) => new();
    }
}
