using Google.Protobuf;
using MapReduce.Protocol.Execution;
using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What comes over the connection to an executor, byte by byte.</summary>
public sealed class FramesTests
{
    [Theory]
    [InlineData("FFFFFFFF7F", "34359738367 bytes")]
    [InlineData("808080FA01", "524288000 bytes")]
    [InlineData("81808002", "4194305 bytes, and may have 4194304")]
    [InlineData("808080808001", "more than 5 bytes")]
    [InlineData("05FFFFFFFFFF", "")]
    [InlineData("020A7F", "")]
    public void What_is_no_message_is_refused_and_costs_no_memory(string bytes, string words)
    {
        using var stream = new MemoryStream(Convert.FromHexString(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.IsType<FrameException>(Frames.ReadAsync(stream, Frames.Most, CancellationToken.None).Exception?.InnerException);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("03")]
    [InlineData("0312")]
    public async Task The_end_of_the_stream_is_the_end_be_it_in_the_middle_of_a_message(string bytes)
    {
        using var stream = new MemoryStream(Convert.FromHexString(bytes));
        Assert.Null(await Frames.ReadAsync(stream, Frames.Most, CancellationToken.None));
    }

    [Fact]
    public async Task Messages_come_one_after_another_and_a_plan_may_be_longer_than_the_others()
    {
        var progress = new FromExecutor { Progress = new Progress { Bytes = 7 } };
        var planned = new FromExecutor { Planned = new Planned { Attempt = new Attempt { Stage = 2 }, Plan = ByteString.CopyFrom(new byte[Frames.Most]), Maps = 3, Reduces = 4 }, Spans = { new Span { Name = "run plan task" } } };
        using var stream = new MemoryStream();
        progress.WriteDelimitedTo(stream);
        planned.WriteDelimitedTo(stream);
        stream.Position = 0;
        Assert.Equal(progress, await Frames.ReadAsync(stream, Frames.Most, CancellationToken.None));
        var behind = stream.Position;
        await Assert.ThrowsAsync<FrameException>(() => Frames.ReadAsync(stream, Frames.Most, CancellationToken.None));
        stream.Position = behind;
        Assert.Equal(planned, await Frames.ReadAsync(stream, Frames.MostWithPlan, CancellationToken.None));
        Assert.Null(await Frames.ReadAsync(stream, Frames.MostWithPlan, CancellationToken.None));
    }

    public static TheoryData<string> LongMessages => ["spans", "stages", "spans beside a plan", "no field"];

    [Theory]
    [MemberData(nameof(LongMessages))]
    public void A_long_message_is_refused_where_anything_but_its_plan_is_long_before_objects_are_made_of_it(string what)
    {
        var message = what switch
        {
            "stages" => new FromExecutor { Opened = new Opened { Stages = { Enumerable.Repeat(new Stage(), 3_000_000) } } },
            "no field" => new FromExecutor { Failed = new Failed { Message = new string('x', 5_000_000) } },
            _ => new FromExecutor { Spans = { Enumerable.Repeat(new Span(), 2_000_000) } },
        };
        if (what == "spans beside a plan") message.Planned = new Planned { Plan = ByteString.CopyFrom(new byte[100]) };
        using var stream = new MemoryStream();
        message.WriteDelimitedTo(stream);
        stream.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.IsType<FrameException>(Frames.ReadAsync(stream, Frames.MostWithPlan, CancellationToken.None).Exception?.InnerException);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, stream.Length + (1 << 20));
        Assert.Contains("without its plan", exception.Message, StringComparison.Ordinal);
    }
}
