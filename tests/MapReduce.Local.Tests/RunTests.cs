using System.Collections.Concurrent;
using MapReduce.Coordination;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

public sealed class RunTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-local-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_attempt_that_fails_is_made_again_and_counts_only_once()
    {
        var failures = new ConcurrentDictionary<int, int>();
        var events = new List<JobEvent>();
        var report = Run(job =>
        {
            var seen = job.Counter("seen");
            job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                seen.Increment();
                output.Emit(line.ToString(), 1);
                if (TaskContext.Current.Attempt < 2 && failures.AddOrUpdate(TaskContext.Current.Task, 1, (_, count) => count + 1) > 0) throw new InvalidOperationException("flaky");
            }).Aggregate(Sum.Of<long>()).WriteText(job.Output);
        }, new() { Slots = 2, SplitBytes = 4, Attempts = 3 }, events.Add);

        Assert.Equal(6, report.Manifest.Counters["seen"]);
        Assert.Equal(failures.Values.Sum(), report.Retries);
        Assert.All(failures.Values, count => Assert.Equal(2, count));
        Assert.Equal(["x\t6"], File.ReadAllLines(Path.Combine(report.Output, "part-00000")));
        Assert.Single(events, @event => @event is JobEvent.CommitDecided);
        Assert.IsType<JobEvent.JobPublished>(events[^1]);
    }

    [Fact]
    public void The_attempts_allowed_are_counted_and_the_message_is_the_last_cause()
    {
        var error = Assert.Throws<JobFailedException>(() => Run(
            job => job.ReadLines(job.Inputs).Map((TextLine _, IEmitter<string, long> _) => throw new InvalidOperationException($"attempt {TaskContext.Current.Attempt}")).Aggregate(Sum.Of<long>()).WriteText(job.Output),
            new() { Slots = 1, Attempts = 3 }));
        Assert.Contains("attempt 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(["in"], Names());
    }

    [Fact]
    public void A_cancelled_job_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(
            job => job.ReadNumbers(long.MaxValue, long.MaxValue).Map((long number, IEmitter<long, long> output) =>
            {
                output.Emit(number & 7, 1);
                if (number == 1000) cancellation.Cancel();
            }).Aggregate(Sum.Of<long>()).WriteText(job.Output),
            new() { Slots = 1 }, cancellation: cancellation.Token));
        Assert.Equal(["in"], Names());
    }

    [Fact]
    public void Data_that_is_encrypted_on_its_way_through_disks_gives_the_same_bytes()
    {
        File.WriteAllLines(Path.Combine(folder, "words"), Enumerable.Range(0, 20_000).Select(number => $"word-{number * 7919 % 10_007:D5}"));
        var (plain, encrypted) = (Sorted(false), Sorted(true));
        Assert.NotEmpty(plain);
        Assert.Equal(plain, encrypted);

        List<string> Sorted(bool encrypts)
        {
            var output = Path.Combine(folder, $"sorted-{encrypts}");
            LocalRunner.Run(new LocalJob("sort", () => new InlineJob(job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1)).TotalOrder().Partitions(3).Sort().WriteText(job.Output)),
                [Path.Combine(folder, "words")], output, []), new LocalSettings { Slots = 2, MemoryOfSlot = 64 << 10, SplitBytes = 30_000, KeepInMemory = false, Encrypt = encrypts });
            return [.. Directory.GetFiles(output, "part-*").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];
        }
    }

    [Fact]
    public void Progress_ends_with_all_tasks_of_all_phases_done()
    {
        var progress = new LocalProgress();
        var phases = new List<string>();
        Run(job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
        {
            if (phases.Count == 0) phases.Add($"{progress.Phase} {progress.Done}/{progress.Total}");
            output.Emit(line.ToString(), 1);
        }).Aggregate(Sum.Of<long>()).WriteText(job.Output), new() { Slots = 1, SplitBytes = 6 }, progress: progress);
        Assert.Equal(["map 0/2"], phases);
        Assert.Equal(("publish", TimeSpan.Zero), (progress.Phase, progress.Elapsed < TimeSpan.FromMinutes(1) ? TimeSpan.Zero : progress.Elapsed));
    }

    [Fact]
    public void The_report_tells_what_was_read_and_the_hottest_keys()
    {
        var report = Run(job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1)).Aggregate(Sum.Of<long>()).WriteText(job.Output), new());
        Assert.Equal((6, 12), (report.InputRecords, report.InputBytes));
        Assert.Equal(("x", 6), (report.HotKeys[0].Key, report.HotKeys[0].Weight));
        Assert.Equal(["plan", "map", "reduce", "publish"], report.Phases.Select(phase => phase.Phase));
    }

    [Fact]
    public void Only_the_input_of_the_job_counts_as_read()
    {
        var report = Run(job =>
        {
            var counts = job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1)).Aggregate(Sum.Of<long>());
            var both = counts.Map((string key, long count, IEmitter<string, long> output) => output.Emit(key, count));
            job.ReadLines(job.Inputs).Map(both, (TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1));
            both.Aggregate(Sum.Of<long>()).WriteText(job.Output);
        }, new());
        Assert.Equal((12, 24), (report.InputRecords, report.InputBytes));
        Assert.Equal(["x\t12"], File.ReadAllLines(Path.Combine(report.Output, "part-00000")));
    }

    [Fact]
    public void Spill_folders_are_used_in_turn_and_left_empty()
    {
        var spill = Directory.CreateDirectory(Path.Combine(folder, "spill")).FullName;
        var report = Run(
            job => job.ReadNumbers(50_000, 10_000).Map((long number, IEmitter<long, long> output) => output.Emit(number, number)).Sort().WriteText(job.Output),
            new() { Slots = 2, MemoryOfSlot = 64 << 10, SpillFolders = [spill], KeepInMemory = false, Compression = Engine.BlockCompression.Lz4 });
        Assert.True(report.SpilledBytes > 100_000);
        Assert.Empty(Directory.GetFileSystemEntries(spill));
        Assert.Equal(50_000, report.Manifest.Files.Sum(file => file.Rows));
    }

    private LocalReport Run(
        Action<JobBuilder> define, LocalSettings settings, Action<JobEvent>? onEvent = null, LocalProgress? progress = null, CancellationToken cancellation = default)
    {
        var input = Path.Combine(folder, "in");
        File.WriteAllText(input, "x\nx\nx\nx\nx\nx\n");
        return LocalRunner.Run(new LocalJob("Inline", () => new InlineJob(define), [input], Path.Combine(folder, "out"), []), settings, progress, onEvent, cancellation);
    }

    private IEnumerable<string> Names() => Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
