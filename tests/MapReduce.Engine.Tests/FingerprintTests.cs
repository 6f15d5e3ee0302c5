using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

/// <summary>What tells two outputs of the same map task apart.</summary>
public sealed class FingerprintTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private int attempts;

    public FingerprintTests() => File.WriteAllText(folder["in"], string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"word{i % 500} other{i % 7}")));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_same_pairs_have_the_same_fingerprint_however_they_are_stored(bool folds)
    {
        var plain = Map(folds, 0, BlockCompression.None);
        Assert.Equal(plain, Map(folds, 0, BlockCompression.None));
        Assert.Equal(plain, Map(folds, 0, BlockCompression.Lz4));
        Assert.Equal(plain, Map(folds, 0, BlockCompression.Zstandard));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_pair_that_is_another_makes_another_fingerprint(bool folds)
        => Assert.Equal(20, Enumerable.Range(0, 20).Select(change => Map(folds, change, BlockCompression.None)).Distinct().Count());

    [Fact]
    public void Who_has_no_key_cannot_tell_from_the_fingerprint_what_the_pairs_are()
    {
        var (key, other) = (DataKey.Random(), DataKey.Random());
        var hidden = Map(false, 0, BlockCompression.None, key);
        Assert.Equal(hidden, Map(false, 0, BlockCompression.Lz4, key));
        Assert.Equal(4, new HashSet<ulong> { hidden, Map(false, 0, BlockCompression.None), Map(false, 0, BlockCompression.None, other), Map(false, 1, BlockCompression.None, key) }.Count);
    }

    [Fact]
    public void A_share_that_is_damaged_is_found_by_a_check_of_that_share_and_of_no_other()
    {
        var plan = Define(folds: false, 0, BlockCompression.None).Plan(0, (_, _) => []);
        var output = Define(folds: false, 0, BlockCompression.None).Map(plan, new TaskIdentity(0, 0, 0), Folders(), retained: null, progress: null, CancellationToken.None).Output.FilePath!;
        for (var reduce = 0; reduce < plan.Reduces; reduce++) SegmentSlice.Check(output, plan.Shape, reduce);
        using (var file = File.Open(output, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 40;
            var value = file.ReadByte();
            file.Position = 40;
            file.WriteByte((byte)(value ^ 1));
        }
        var damaged = Enumerable.Range(0, plan.Reduces).Select(reduce => Record.Exception(() => SegmentSlice.Check(output, plan.Shape, reduce))).OfType<EngineException>().ToList();
        Assert.Equal((EngineError.CorruptData, output), (Assert.Single(damaged).Error, damaged[0].File));
        File.Delete(output);
        Assert.Equal(output, Assert.Throws<EngineException>(() => SegmentSlice.Check(output, plan.Shape, 0)).File);
    }

    private ulong Map(bool folds, int change, BlockCompression compression, DataKey? key = null)
    {
        var job = Define(folds, change, compression, key);
        var result = job.Map(job.Plan(0, (_, _) => []), new TaskIdentity(0, 0, 0), Folders(), retained: null, progress: null, CancellationToken.None);
        result.Output.Delete();
        return result.Fingerprint!.Value;
    }

    private JobRun Define(bool folds, int change, BlockCompression compression, DataKey? key = null) => JobRun.Define(
        () => new Words(folds, change), new JobRequest("words", [folder["in"]], []), new EngineSettings { ScratchFolder = folder["scratch"], Partitions = 3, TaskMemory = 64 << 10, Compression = compression, Key = key });

    private TaskFolders Folders() => new(folder["private"], folder["shared"], folder["shared"], folder[$"scratch-{++attempts}"], $"attempt-{attempts}");

    private sealed class Words(bool folds, int change) : IJob
    {
        public void Define(JobBuilder job)
        {
            var pairs = job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                var text = line.ToString();
                foreach (var word in text.Split(' ')) output.Emit(word, text.StartsWith("word499 ", StringComparison.Ordinal) ? 1 + change : 1);
            });
            if (folds) pairs.Aggregate(Sum.Of<long>()).WriteText(job.Output);
            else pairs.Sort().WriteText(job.Output);
        }
    }
}
