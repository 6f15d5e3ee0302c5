using MapReduce.Node.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class RefusalLogTests
{
    private readonly Clock clock = new();
    private readonly Lines lines = new();
    private readonly RefusalLog log;

    public RefusalLogTests() => log = new RefusalLog(lines, clock);

    [Fact]
    public void Many_refusals_are_some_lines_at_once_and_then_one_a_second_that_counts_the_others()
    {
        for (var call = 0; call < 1000; call++) log.Warn("Refused {Path}.", $"/{call}");
        Assert.Equal(20, lines.All.Count);
        Assert.Equal(("Refused /0.", "Refused /19."), (lines.All[0], lines.All[^1]));
        clock.Now += TimeSpan.FromSeconds(1);
        for (var call = 0; call < 10; call++) log.Warn("Refused {Path}.", "/late");
        Assert.Equal(21, lines.All.Count);
        Assert.Equal("Refused /late. And 980 more since the line before.", lines.All[^1]);
        clock.Now += TimeSpan.FromHours(1);
        for (var call = 0; call < 100; call++) log.Warn("Refused {Path}.", "/again");
        Assert.Equal(41, lines.All.Count);
        Assert.Equal("Refused /again. And 9 more since the line before.", lines.All[21]);
        Assert.Equal("Refused /again.", lines.All[22]);
    }

    [Fact]
    public void What_a_caller_sends_is_cut()
    {
        Assert.Equal($"/{new string('a', 199)}…", RefusalLog.Short($"/{new string('a', 7000)}"));
        Assert.Equal("/short", RefusalLog.Short("/short"));
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Warning, logLevel);
            All.Add(formatter(state, exception));
        }
    }
}
