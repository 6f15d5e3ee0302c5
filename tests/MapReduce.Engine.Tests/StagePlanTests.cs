using CsCheck;
using MapReduce.Engine.Input;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests;

public sealed class StagePlanTests
{
    private static readonly Gen<StagePlan> Plans =
        from stage in Gen.Int[0, 5]
        from files in Gen.Select(Gen.String, Gen.Long[0, long.MaxValue], Gen.Long, Gen.Enum<FileCompression>(), (path, length, ticks, compression) => new InputFile(path, length, ticks, compression)).Array[1, 4]
        from splits in Gen.Select(Gen.Int[0, 3], Gen.Select(Gen.Int[0, files.Length - 1], Gen.Long[0, 1L << 50], Gen.Long[0, 1L << 50]).Array[0, 3], Gen.Long[0, 1000]).Array[0, 10]
        from channels in Gen.Select(Gen.Bool, Gen.Int[0, 100], Gen.Int[1, 50], Gen.Byte.Array[0, 20].Array[0, 5]).Array[0, 4]
        select new StagePlan(
            stage,
            [.. splits.Select(split => new FileSplit(split.Item1, [.. split.Item2.Select(range => new FileRange(files[range.Item1], range.Item2, range.Item3))], split.Item3, split.Item3, split.Item1 == 0 ? $"piece {split.Item3}" : null, split.Item1 == 0 ? split.Item3 : 0))],
            [.. channels.Select(channel => channel.Item1 ? new ChannelShape(channel.Item2, channel.Item3, 4, channel.Item4) : null)]);

    [Fact]
    public void A_plan_comes_back_from_its_bytes()
        => Plans.Sample(plan =>
        {
            var read = StagePlan.Read(plan.Bytes);
            Assert.Equal(plan.Bytes.ToArray(), read.Bytes.ToArray());
            Assert.Equal((plan.Hash, plan.Stage, plan.Maps, plan.Reduces, plan.Segments, plan.InputBytes), (read.Hash, read.Stage, read.Maps, read.Reduces, read.Segments, read.InputBytes));
            Assert.Equal(plan.Splits.Select(split => (split.Piece, split.PieceBytes)), read.Splits.Select(split => (split.Piece, split.PieceBytes)));
            Assert.Equal(plan.Splits.SelectMany(split => split.Ranges), read.Splits.SelectMany(split => split.Ranges));
        });

    [Fact]
    public void The_shape_of_a_plan_is_read_without_the_rest()
        => Plans.Sample(plan =>
        {
            var shape = PlanShape.Read(plan.Bytes);
            Assert.Equal((plan.Stage, plan.Maps, plan.Reduces, plan.Segments), (shape.Stage, shape.Maps, shape.Reduces, shape.Segments));
            Assert.All(Enumerable.Range(0, plan.Reduces), reduce => Assert.Equal(plan.Reduce(reduce), shape.Reduce(reduce)));
        });

    [Fact]
    public void An_encrypted_plan_is_the_same_each_time_hides_its_boundaries_and_pieces_and_is_read_with_its_key_only()
    {
        var key = DataKey.Random();
        var splits = new[] { new FileSplit(0, [new FileRange(new InputFile("/in", 10, 0), 0, 10)]), new FileSplit(1, [], 0, 0, "id < 'marked-ä'", 100) };
        var shapes = new[] { new ChannelShape(0, 3, 1, [[.. "marked-a"u8], [.. "marked-b"u8]]) };
        var plan = new StagePlan(0, splits, shapes, "definition", key);
        Assert.Equal(plan.Hash, new StagePlan(0, splits, shapes, "definition", key).Hash);
        Assert.Equal(-1, plan.Bytes.Span.IndexOf("marked"u8));
        Assert.Equal(shapes[0].Boundaries, StagePlan.Read(plan.Bytes, key).Channels[0]!.Boundaries);
        Assert.Equal(splits[1].Piece, StagePlan.Read(plan.Bytes, key).Splits[1].Piece);
        Assert.Equal(("definition", plan.Hash), (StagePlan.Read(plan.Bytes, key).Definition, StagePlan.Read(plan.Bytes, key).Hash));
        Assert.Equal(3, PlanShape.Read(plan.Bytes).Reduces);

        Assert.Contains("another key", Assert.Throws<EngineException>(() => StagePlan.Read(plan.Bytes, DataKey.Random())).Message, StringComparison.Ordinal);
        Assert.Contains("The plan is encrypted, and the job is not", Assert.Throws<EngineException>(() => StagePlan.Read(plan.Bytes)).Message, StringComparison.Ordinal);
        Assert.Contains("The plan is not encrypted, and the job is", Assert.Throws<EngineException>(() => StagePlan.Read(new StagePlan(0, splits, shapes).Bytes, key)).Message, StringComparison.Ordinal);
        var changed = plan.Bytes.ToArray();
        changed[^(1 + "definition".Length + 1)] ^= 1;
        Assert.Equal(EngineError.CorruptData, Assert.Throws<EngineException>(() => StagePlan.Read(changed, key)).Error);
    }

    [Fact]
    public void Different_plans_have_different_hashes()
        => Gen.Select(Plans, Plans).Sample((left, right) => Assert.Equal(left.Bytes.Span.SequenceEqual(right.Bytes.Span), left.Hash == right.Hash));

    [Fact]
    public void Bytes_that_are_no_plan_are_refused_whatever_they_are()
        => Gen.Select(Plans, Gen.Int, Gen.Byte).Sample((plan, position, change) =>
        {
            var bytes = plan.Bytes.ToArray();
            bytes[(uint)position % bytes.Length] ^= change;
            // One that says that it is encrypted has a shape that everybody reads.
            if (bytes[0] == 5) return;
            var changed = bytes.AsMemory(0, bytes.Length - (change & 1));
            var errors = new[] { Record.Exception(() => StagePlan.Read(changed)), Record.Exception(() => PlanShape.Read(changed)) };
            // What one of them reads the other does as well.
            Assert.Equal(errors[0] is null, errors[1] is null);
            Assert.All(errors.OfType<Exception>(), error => Assert.Equal(EngineError.CorruptData, Assert.IsType<EngineException>(error).Error));
        }, iter: 5000);

    [Fact]
    public void A_boundary_that_is_longer_than_its_plan_costs_no_memory()
    {
        // Stage 0, no files, no splits, and a channel with one boundary of 500 MiB.
        byte[] bytes = [3, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0x80, 0x80, 0x80, 0xFA, 0x01];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<EngineException>(() => StagePlan.Read(bytes));
        Assert.Equal(EngineError.CorruptData, exception.Error);
        Assert.Contains("524288000 bytes", exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_plan_of_the_most_tasks_fits_with_an_input_file_of_a_long_path_for_each()
    {
        const int MostTasks = 1_000_000;
        const int Sample = 1000;
        var splits = Enumerable.Range(0, Sample).Select(task => new InputFile($"/{task:D3}{new string('x', 226)}", 64L << 20, DateTime.MaxValue.Ticks)).Select(file => new FileSplit(0, [new FileRange(file, 0, file.Length)])).ToList();
        // The number of a file takes a byte more in a plan of so many.
        Assert.InRange((long)(new StagePlan(0, splits, []).Bytes.Length + Sample) * (MostTasks / Sample), 0, 256 << 20);
    }

    [Fact]
    public void A_plan_of_a_newer_version_is_named()
        => Assert.Contains("version 9", Assert.Throws<EngineException>(() => StagePlan.Read(new byte[] { 9, 0, 0, 0, 0 })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_later_stage_is_planned_by_the_raw_length_of_a_dataset_however_it_is_stored()
    {
        var folder = Path.Combine(Path.GetTempPath(), "never-made");
        var run = JobRun.Define(() => new TwoStages(), new JobRequest("TwoStages", ["input"], []), new EngineSettings { ScratchFolder = folder });
        StagePlan Plan(long stored) => run.Plan(1, (_, channel) => [.. Enumerable.Range(0, 6).Select(part => new DatasetFile(channel, $"part-{part}", stored, 1000, 64L << 20))]);

        Assert.Equal((66, 6), (Plan(1000).Maps, Plan(1000).Reduces));
        Assert.Equal(Plan(64L << 20).Hash, Plan(1000).Hash);
    }

    [Theory]
    [InlineData(4, 11 << 20, 64 << 20, 12)]
    [InlineData(1, 44 << 20, 64 << 20, 11)]
    [InlineData(100, 440 << 10, 64 << 20, 11)]
    [InlineData(3, 1 << 20, 64 << 20, 1)]
    [InlineData(1, 3 << 20, 64 << 20, 1)]
    [InlineData(10, 1 << 30, 64 << 20, 160)]
    [InlineData(1, 1 << 30, 64 << 20, 64)]
    [InlineData(1, 1 << 20, 100 << 10, 11)]
    [InlineData(1, 1 << 20, 1, 16)]
    public void A_small_dataset_is_cut_for_many_slots_and_never_within_a_block(int files, int length, long splitBytes, int maps)
    {
        var run = JobRun.Define(() => new TwoStages(), new JobRequest("TwoStages", ["input"], []), new EngineSettings { ScratchFolder = Path.Combine(Path.GetTempPath(), "never-made"), SplitBytes = splitBytes });
        var plan = run.Plan(1, (_, channel) => [.. Enumerable.Range(0, files).Select(part => new DatasetFile(channel, $"part-{part}", length, 1000, length))]);
        Assert.Equal(maps, plan.Maps);
        Assert.Equal((long)files * length, plan.InputBytes);
    }

    [Fact]
    public void A_plan_that_an_older_program_would_misread_is_of_a_version_that_it_refuses()
    {
        var file = new InputFile("dataset-0-0-00000-s0-r0-a0", 200, 0);
        Assert.Equal(3, Plan(new FileRange(file, 0, 200)).Bytes.Span[0]);
        Assert.Equal(4, Plan(new FileRange(file, 0, 100)).Bytes.Span[0]);
        // Of the input ranges have always been read.
        Assert.Equal(3, Plan(new FileRange(file with { ModifiedTicks = 1 }, 0, 100)).Bytes.Span[0]);

        static StagePlan Plan(FileRange range) => new(1, [new FileSplit(0, [range])], []);
    }

    private sealed class TwoStages : Sdk.IJob
    {
        public void Define(Sdk.JobBuilder job) => job.ReadLines(job.Inputs)
            .Map((Sdk.TextLine line, Sdk.IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
            .Aggregate(Sdk.Sum.Of<long>())
            .Map((string key, long count, Sdk.IEmitter<long, string> output) => output.Emit(count, key))
            .Sort().WriteText(job.Output);
    }
}
