using MapReduce.Protocol.Execution;
using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class AttemptLogsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_line_is_in_the_log_of_the_attempt_that_ran()
    {
        var (first, second) = await ReadAsync($"one\r\ntwo{LogMarks.AttemptEnds}\nthree");
        Assert.Equal("one\ntwo\n", first);
        Assert.Equal("three\n", second);
    }

    [Fact]
    public async Task A_line_that_never_ends_is_broken_and_the_mark_is_still_seen()
    {
        var (first, second) = await ReadAsync($"{new string('x', 1_000_000)}{LogMarks.AttemptEnds}\nnext\n");
        Assert.Equal(1_000_000, first.Count(character => character == 'x'));
        Assert.All(first.Split('\n'), line => Assert.InRange(line.Length, 0, 20_100));
        Assert.Equal("next\n", second);
    }

    private async Task<(string First, string Second)> ReadAsync(string written)
    {
        var logs = new AttemptLogs(mostBytes: 10 << 20);
        var files = new[] { Path.Combine(folder, "first"), Path.Combine(folder, "second") };
        foreach (var file in files)
        {
            File.WriteAllText(file, "");
            logs.Begin(file);
        }
        await logs.ReadAsync(new StringReader(written));
        return (File.ReadAllText(files[0]), File.ReadAllText(files[1]));
    }
}
