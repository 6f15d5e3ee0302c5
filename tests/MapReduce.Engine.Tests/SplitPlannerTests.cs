using CsCheck;
using MapReduce.Engine.Input;
using MapReduce.Engine.Plan;
using Xunit;

namespace MapReduce.Engine.Tests;

public sealed class SplitPlannerTests
{
    [Fact]
    public void Splits_cover_all_bytes_in_order_whatever_the_sizes()
        => Gen.Select(Gen.Long[0, 500].Array[0, 20], Gen.Long[1, 120], Gen.Bool, Gen.Int[1, 7]).Sample((lengths, size, canSplit, alignment) =>
        {
            var files = lengths.Select((length, index) => new InputFile($"{index}", length * alignment, 0)).ToList();
            var splits = SplitPlanner.Plan(3, files, canSplit, size, alignment);

            var ranges = splits.SelectMany(split => split.Ranges).ToList();
            Assert.Equal(files.Where(file => file.Length > 0), ranges.Select(range => range.File).Distinct());
            foreach (var file in ranges.GroupBy(range => range.File))
            {
                var next = 0L;
                foreach (var range in file)
                {
                    Assert.Equal(next, range.Start);
                    Assert.True(range.Length > 0 && range.Start % alignment == 0);
                    next += range.Length;
                }
                Assert.Equal(file.Key.Length, next);
                if (!canSplit) Assert.Single(file);
            }
            Assert.All(splits, split => Assert.Equal(3, split.Source));
        }, iter: 5000);

    [Fact]
    public void Small_files_share_splits_evenly()
    {
        var files = Enumerable.Range(0, 200).Select(index => new InputFile($"{index}", 1 << 20, 0)).ToList();
        Assert.Equal([50, 50, 50, 50], SplitPlanner.Plan(0, files, canSplit: true, 64 << 20).Select(split => split.Ranges.Count));
    }

    [Fact]
    public void A_large_file_is_cut_into_equal_ranges_and_a_compressed_one_never()
    {
        var large = new InputFile("large", 1000, 0);
        Assert.Equal([250, 250, 250, 250], SplitPlanner.Plan(0, [large], canSplit: true, 300).Select(split => split.Length));
        Assert.Single(SplitPlanner.Plan(0, [large with { Compression = FileCompression.Gzip }], canSplit: true, 300));
        Assert.Single(SplitPlanner.Plan(0, [large], canSplit: false, 300));
    }

    [Fact]
    public void Empty_files_are_read_where_each_file_is_a_record()
    {
        var files = ((long[])[0, 0, 5, 0, 1, 0]).Select((length, index) => new InputFile($"{index}", length, 0)).ToList();
        Assert.Equal(files, Files(SplitPlanner.Plan(0, files, canSplit: false, 3, withEmpty: true)));
        Assert.Equal(files[..2], Files(SplitPlanner.Plan(0, files[..2], canSplit: false, 100, withEmpty: true)));
        Assert.Equal([files[2], files[4]], Files(SplitPlanner.Plan(0, files, canSplit: false, 3)));
        var many = Enumerable.Range(0, 1000).Select(index => new InputFile($"{index}", 0, 0)).ToList();
        Assert.Equal([100, 100, 100, 100, 100, 100, 100, 100, 100, 100], SplitPlanner.Plan(0, many, canSplit: false, 100, withEmpty: true).Select(split => split.Ranges.Count));

        static IEnumerable<InputFile> Files(List<FileSplit> splits) => splits.SelectMany(split => split.Ranges).Select(range => range.File);
    }

    [Theory]
    [InlineData(10, 3, new long[] { 3, 3, 3, 1 })]
    [InlineData(3, 100, new long[] { 3 })]
    [InlineData(0, 5, new long[] { })]
    public void Numbers_are_dealt_out(long count, long perTask, long[] expected)
    {
        var splits = SplitPlanner.PlanNumbers(0, count, perTask);
        Assert.Equal(expected, splits.Select(split => split.Numbers));
        Assert.Equal(splits.Select((_, index) => index * perTask), splits.Select(split => split.FirstNumber));
    }
}
