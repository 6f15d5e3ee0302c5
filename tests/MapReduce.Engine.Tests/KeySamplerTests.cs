using System.Collections.Concurrent;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

/// <summary>What the sampling of keys for ranges costs, counted in calls of the map function, and what it finds.</summary>
public sealed class KeySamplerTests : IDisposable
{
    private const int Partitions = 4;

    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentBag<long> mapped = [];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(100, 1, 12)]
    [InlineData(1000, 10, 125)]
    [InlineData(100_000, 100_000, 12_500)]
    [InlineData(3, 3, 1)]
    public void Of_numbers_that_emit_little_an_eighth_is_mapped_at_most_and_each_once(long count, long perTask, int most)
    {
        Plan(job => job.ReadNumbers(count, perTask).Map((long number, IEmitter<long, long> output) =>
        {
            mapped.Add(number);
            if (number % 3 == 0) output.Emit(number, 1);
        }));
        Assert.InRange(mapped.Count, 1, most);
        Assert.Equal(mapped.Count, mapped.Distinct().Count());
    }

    [Fact]
    public void Of_numbers_that_emit_much_each_task_is_sampled_so_that_the_borders_divide_all_keys()
    {
        var borders = Plan(job => job.ReadNumbers(8, 1).Map((long number, IEmitter<long, long> output) =>
        {
            mapped.Add(number);
            for (var i = 0; i < 100_000; i++) output.Emit((number * 1_000_000) + i, 1);
        }));
        Assert.Equal(Enumerable.Range(0, 8).Select(number => (long)number), mapped.Order());
        Assert.Equal([2L, 4, 6], borders.Select(border => Number(border) / 1_000_000));
    }

    [Fact]
    public void Numbers_are_sampled_over_all_of_them()
    {
        var borders = Plan(job => job.ReadNumbers(10_000, 100).Map((long number, IEmitter<long, long> output) => output.Emit(number, 1)));
        Assert.All(borders.Select((border, index) => Math.Abs(Number(border) - ((index + 1) * 2500))), away => Assert.InRange(away, 0, 800));
    }

    [Fact]
    public void Files_that_are_larger_than_a_piece_are_sampled()
    {
        for (var i = 0; i < 40; i++) File.WriteAllText(folder[$"in-{i:D2}"], $"{i:D2}{new string('x', 200 << 10)}");
        var borders = Plan(job => job.ReadFiles(job.Inputs).Map((WholeFile file, IEmitter<string, long> output) =>
        {
            mapped.Add(file.Bytes.Length);
            output.Emit(System.Text.Encoding.UTF8.GetString(file.Bytes[..2]), 1);
        }), folder["in-*"]);
        Assert.Equal(3, borders.Select(border => System.Text.Encoding.UTF8.GetString(border)).Distinct().Count());
        Assert.InRange(mapped.Count, 8, 32);
    }

    [Fact]
    public void A_piece_that_stands_for_several_is_mapped_once()
    {
        File.WriteAllLines(folder["in"], Enumerable.Range(0, 1000).Select(line => $"{line:D4}"));
        var borders = Plan(job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
        {
            mapped.Add(1);
            output.Emit(line.ToString(), 1);
        }), folder["in"]);
        Assert.Equal(["0250", "0500", "0750"], borders.Select(border => System.Text.Encoding.UTF8.GetString(border).TrimEnd('\0')));
        Assert.Equal(1000, mapped.Count);
    }

    [Fact]
    public void Sampling_heeds_a_cancellation_after_the_record_that_it_is_at()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Plan(job => job.ReadNumbers(1000, 1000).Map((long number, IEmitter<long, long> output) =>
        {
            mapped.Add(number);
            cancellation.Cancel();
        }), cancellation: cancellation.Token));
        Assert.Single(mapped);
    }

    private static long Number(byte[] key) => new CodecRegistry().Key<long>().Read(key);

    private IReadOnlyList<byte[]> Plan<TKey>(Func<JobBuilder, Pairs<TKey, long>> map, string? input = null, CancellationToken cancellation = default)
    {
        var run = JobRun.Define(() => new Ranged<TKey>(map), new JobRequest("Ranged", input is null ? [] : [input], []), new EngineSettings { ScratchFolder = folder["scratch"], Partitions = Partitions, SplitBytes = 250 << 10 });
        return run.Plan(0, (_, _) => [], cancellation).Channels[0]!.Boundaries;
    }

    private sealed class Ranged<TKey>(Func<JobBuilder, Pairs<TKey, long>> map) : IJob
    {
        public void Define(JobBuilder job) => map(job).TotalOrder().Sort().WriteText(job.Output);
    }
}
