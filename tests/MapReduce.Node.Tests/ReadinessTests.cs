using MapReduce.Node.Http;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class ReadinessTests
{
    private readonly Clock clock = new();
    private readonly TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Readiness readiness;
    private string status = Readiness.Ready;
    private int asked;

    public ReadinessTests() => readiness = new Readiness(() => status, AskAsync, clock);

    [Fact]
    public async Task Many_who_want_to_know_ask_once_a_second()
    {
        var calls = Enumerable.Range(0, 100).Select(_ => readiness.NowAsync(CancellationToken.None)).ToList();
        // However long the master takes, nobody asks it anew before it has answered.
        clock.Now += TimeSpan.FromSeconds(2);
        calls.Add(readiness.NowAsync(CancellationToken.None));
        Assert.Equal(1, asked);
        answer.SetResult();
        Assert.All(await Task.WhenAll(calls), now => Assert.Equal(Readiness.Ready, now));
        await readiness.NowAsync(CancellationToken.None);
        Assert.Equal(2, asked);
        for (var call = 0; call < 100; call++) await readiness.NowAsync(CancellationToken.None);
        Assert.Equal(2, asked);
        clock.Now += TimeSpan.FromSeconds(1);
        await readiness.NowAsync(CancellationToken.None);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task What_the_node_knows_by_itself_is_never_old()
    {
        answer.SetResult();
        Assert.Equal(Readiness.Ready, await readiness.NowAsync(CancellationToken.None));
        status = "stopping";
        Assert.Equal("stopping", await readiness.NowAsync(CancellationToken.None));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_any_more_leaves_the_others_waiting()
    {
        using var end = new CancellationTokenSource();
        var (left, stays) = (readiness.NowAsync(end.Token), readiness.NowAsync(CancellationToken.None));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.False(stays.IsCompleted);
        answer.SetResult();
        Assert.Equal(Readiness.Ready, await stays);
    }

    private Task AskAsync()
    {
        asked++;
        return answer.Task;
    }
}
