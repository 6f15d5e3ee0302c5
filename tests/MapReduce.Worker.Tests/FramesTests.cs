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
        var planned = new FromExecutor { Planned = new Planned { Plan = ByteString.CopyFrom(new byte[Frames.Most]) } };
        using var stream = new MemoryStream();
        progress.WriteDelimitedTo(stream);
        planned.WriteDelimitedTo(stream);
        stream.Position = 0;
        Assert.Equal(progress, await Frames.ReadAsync(stream, Frames.Most, CancellationToken.None));
        var behind = stream.Position;
        await Assert.ThrowsAsync<FrameException>(() => Frames.ReadAsync(stream, Frames.Most, CancellationToken.None));
        stream.Position = behind;
        Assert.Equal(planned, await Frames.ReadAsync(stream, Frames.MostOfPlan, CancellationToken.None));
        Assert.Null(await Frames.ReadAsync(stream, Frames.MostOfPlan, CancellationToken.None));
    }
}
