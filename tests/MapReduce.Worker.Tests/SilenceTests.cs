using System.IO.Pipelines;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class SilenceTests
{
    [Fact]
    public async Task A_node_that_falls_silent_is_given_up_and_named()
    {
        var exception = await Assert.ThrowsAsync<IOException>(() => Silence.LimitAsync(async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        }, "https://node-2/", TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Assert.Contains("https://node-2/ has said nothing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_does_not_want_to_wait_any_more_is_told_that_and_nothing_else()
    {
        using var end = new CancellationTokenSource();
        var waiting = Silence.LimitAsync(async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        }, "node", TimeSpan.FromMinutes(1), end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task What_comes_in_time_comes_whole()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        await pipe.Writer.CompleteAsync();
        await using var content = Silence.Limit(pipe.Reader.AsStream(), "node");
        var bytes = new byte[3];
        await content.ReadExactlyAsync(bytes);
        Assert.Equal([1, 2, 3], bytes);
    }
}
