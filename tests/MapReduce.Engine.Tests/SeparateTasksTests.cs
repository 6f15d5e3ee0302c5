using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

/// <summary>A job whose tasks share nothing but files, as in processes of their own: each defines the job anew, reads the plan from bytes, and gets its share of each map output as bytes.</summary>
public sealed class SeparateTasksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<(int Stage, int Channel), List<DatasetFile>> datasets = [];
    private readonly SortedDictionary<string, string> parts = new(StringComparer.Ordinal);
    private DataKey? key;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Words_are_counted_and_ranked_in_two_stages()
    {
        File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"word{i % 100} other{i % 7}")));
        await Run<CountAndRank>(stages: 2);
        Assert.Equal(107, parts.Where(part => part.Key.StartsWith("counts/", StringComparison.Ordinal)).Sum(part => part.Value.Count(c => c == '\n')));
        Assert.Equal("429\tother0\n429\tother1\n429\tother2\n", parts["top/part-00000"][..33]);
        Assert.Contains("word42\t30\n", string.Concat(parts.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_keep_the_order_of_their_input()
    {
        File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 2000).Select(i => $"{i % 3} {i}")));
        await Run<Concatenate>(stages: 1);
        var rows = string.Concat(parts.Values).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, 3).Select(key => $"{key}\t{string.Concat(Enumerable.Range(0, 2000).Where(i => i % 3 == key).Select(i => $"{i},"))}"), rows);
    }

    [Fact]
    public async Task Pairs_keep_their_order_where_a_dataset_is_cut()
    {
        File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"{i % 3} {i}")));
        await Run<Renumber>(stages: 2);
        var plan = Define<Renumber>().Plan(1, (earlier, channel) => datasets[(earlier, channel)]);
        Assert.True(plan.Maps > 2 * datasets[(0, 0)].Count, $"{plan.Maps} map tasks read {datasets[(0, 0)].Count} files.");
        var rows = string.Concat(parts.Values).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, 3).Select(key => $"{key}\t{string.Concat(Enumerable.Range(0, 5000).Where(i => i % 3 == key).Select(i => $"{i},"))}"), rows);
    }

    [Fact]
    public async Task A_map_task_without_pairs_has_an_output_too()
    {
        File.WriteAllText(folder["in"], "\n\n\n\n\nword");
        await Run<CountAndRank>(stages: 2);
        Assert.Equal("word\t1\n", string.Concat(parts.Where(part => part.Key.StartsWith("counts/", StringComparison.Ordinal)).Select(part => part.Value)));
    }

    [Fact]
    public async Task A_plan_reads_what_was_made_again_in_the_place_of_what_it_names()
    {
        File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 300).Select(i => $"word{i % 100}")));
        await Run<CountAndRank>(stages: 2);
        var plan = Define<CountAndRank>().Plan(1, (earlier, channel) => datasets[(earlier, channel)]);
        var old = plan.Splits[0].Ranges[0].File.Path;
        var again = Path.Combine(folder["shared"], $"{Path.GetFileName(old)[..^"s0-r0".Length]}s0-r0-a1");
        File.Move(old, again);
        var reading = plan.Reading(0, [again, folder["elsewhere/dataset-0-0-00001-s0-r1"]]);
        Assert.Equal([again, .. plan.Splits[0].Ranges.Skip(1).Select(range => range.File.Path)], reading.Splits[0].Ranges.Select(range => range.File.Path));
        Assert.Equal(plan.Hash, reading.Hash);
        Assert.Same(plan, plan.Reading(0, []));
        DatasetFiles.Check(again);
        Assert.Equal(EngineError.Storage, Assert.Throws<EngineException>(() => DatasetFiles.Check(old)).Error);
        using (var file = File.OpenWrite(again)) file.SetLength(file.Length - 1);
        Assert.Equal(EngineError.CorruptData, Assert.Throws<EngineException>(() => DatasetFiles.Check(again)).Error);
    }

    [Fact]
    public async Task Encrypted_data_gives_the_same_bytes_and_nothing_of_the_input_is_in_any_file_between_the_tasks()
    {
        File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"marked{i % 100} marked{i % 7}")));
        await Run<CountAndRank>(stages: 2);
        var (plain, plans) = (parts.ToList(), Plans());
        foreach (var shared in (string[])["shared", "private"]) Directory.Delete(folder[shared], recursive: true);
        parts.Clear();
        datasets.Clear();

        key = DataKey.Random();
        await Run<CountAndRank>(stages: 2);
        Assert.Equal(plain, parts.ToList());
        Assert.Equal(plans, Plans());
        var between = Directory.GetFiles(folder["shared"]);
        Assert.Contains(between, file => DatasetFiles.MakerOf(file) is not null);
        Assert.Contains(between, file => DatasetFiles.MakerOf(file) is null);
        Assert.All(between, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("marked"u8)));
        Assert.All(between, file => Assert.Equal(EngineError.CorruptData, Assert.Throws<EngineException>(() => DatasetFiles.Check(file, DataKey.Random())).Error));
        // Whoever has no key compares checksums.
        Assert.All(between, file => DatasetFiles.Check(file));

        // Splits, of the second stage too, do not depend on how data is stored.
        List<(long, long)> Plans() => [.. Define<CountAndRank>().Plan(1, (earlier, channel) => datasets[(earlier, channel)]).Splits.SelectMany(split => split.Ranges).Select(range => (range.Start, range.Length))];
    }

    private async Task Run<TJob>(int stages) where TJob : IJob, new()
    {
        for (var stage = 0; stage < stages; stage++)
        {
            var plan = Define<TJob>().Plan(stage, (earlier, channel) => datasets.GetValueOrDefault((earlier, channel)) ?? []).Bytes;
            var maps = new List<string>();
            for (var map = 0; map < StagePlan.Read(plan, key).Maps; map++)
            {
                var result = Define<TJob>().Map(StagePlan.Read(plan, key), new TaskIdentity(stage, map, 0), Folders(stage, $"m{map}"), retained: null, progress: null, CancellationToken.None);
                maps.Add(result.Output.FilePath!);
                Accept(stage, result.Parts, result.Datasets);
            }
            for (var reduce = 0; reduce < StagePlan.Read(plan, key).Reduces; reduce++)
            {
                var outputs = new List<MapOutput>();
                foreach (var map in maps) outputs.Add(MapOutput.Open(await Fetch(map, plan, reduce)));
                var result = Define<TJob>().Reduce(StagePlan.Read(plan, key), new TaskIdentity(stage, reduce, 0), outputs, Folders(stage, $"r{reduce}"), progress: null, CancellationToken.None);
                outputs.ForEach(output => output.Delete());
                Accept(stage, result.Parts, result.Datasets);
            }
            Assert.Empty(Directory.GetDirectories(folder.Path, "fetched-*").SelectMany(Directory.GetFiles));
        }
    }

    /// <summary>Copies a reduce task's share of a map output, as over a network.</summary>
    private async Task<string> Fetch(string map, ReadOnlyMemory<byte> plan, int reduce)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder[$"fetched-{Guid.NewGuid():n}"]).FullName, Path.GetFileName(map));
        using var slice = SegmentSlice.Open(map, StagePlan.Read(plan, key).Shape, reduce);
        await using var file = File.Create(path);
        await slice.CopyToAsync(file, CancellationToken.None);
        Assert.Equal(slice.Length, file.Length);
        return path;
    }

    private void Accept(int stage, IReadOnlyList<PartFile> made, IReadOnlyList<DatasetFile> forLater)
    {
        foreach (var part in made) parts.Add(part.Name, File.ReadAllText(part.PrivatePath));
        foreach (var file in forLater)
        {
            if (!datasets.TryGetValue((stage, file.Channel), out var files)) datasets[(stage, file.Channel)] = files = [];
            files.Add(file);
        }
    }

    private JobRun Define<TJob>() where TJob : IJob, new() => JobRun.Define(
        () => new TJob(), new JobRequest(typeof(TJob).Name, [folder["in"]], []),
        new EngineSettings { ScratchFolder = folder["scratch"], SplitBytes = 4000, Partitions = 3, TaskMemory = 64 << 10, Compression = BlockCompression.Lz4, Key = key });

    private TaskFolders Folders(int stage, string task) => new(folder["private"], folder["shared"], folder["shared"], folder[$"scratch-{stage}-{task}"], $"s{stage}-{task}");

    private sealed class CountAndRank : IJob
    {
        public void Define(JobBuilder job)
        {
            var counts = job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                foreach (var word in line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)) output.Emit(word, 1);
            }).Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("counts"));
            counts.Map((string word, long count, IEmitter<(Descending<long>, string), None> output) => output.Emit((new(count), word), None.Value))
                .Partitions(1).Sort().WriteText(job.OutputNamed("top"));
        }
    }

    private sealed class Concatenate : IJob
    {
        public void Define(JobBuilder job) => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, string> output) =>
        {
            var fields = line.ToString().Split(' ');
            output.Emit(fields[0], fields[1]);
        }).Reduce<string, string>(Join).WriteText(job.Output);

        public static void Join(string key, Values<string> values, IEmitter<string, string> output)
        {
            var all = new System.Text.StringBuilder();
            foreach (var value in values) all.Append(value).Append(',');
            output.Emit(key, all.ToString());
        }
    }

    /// <summary>Its second stage reads a dataset of long pairs, whose order shows in what it writes.</summary>
    private sealed class Renumber : IJob
    {
        public void Define(JobBuilder job) => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, string> output) =>
        {
            var fields = line.ToString().Split(' ');
            output.Emit(fields[0], fields[1]);
        }).Reduce((string key, Values<string> values, IEmitter<string, string> output) =>
        {
            foreach (var value in values) output.Emit(key, $"{value} {new string('x', int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) % 200)}");
        }).Map((string key, string value, IEmitter<string, string> output) => output.Emit(key, value.Split(' ')[0])).Reduce<string, string>(Concatenate.Join).WriteText(job.Output);
    }
}
