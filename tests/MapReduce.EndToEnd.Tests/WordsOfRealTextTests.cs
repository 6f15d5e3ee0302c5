using System.Text;
using MapReduce.Local;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class WordsOfRealTextTests
{
    private static readonly string[] Groups = ["pg", "lang", "cant", "udhr", "odd"];

    public static TheoryData<string, string> GroupsAndVariants()
    {
        var data = new TheoryData<string, string>();
        foreach (var group in Groups)
            foreach (var variant in Variant.Names) data.Add(group, variant);
        return data;
    }

    [DataTheory]
    [MemberData(nameof(GroupsAndVariants))]
    public void Word_counts_are_exact(string group, string variant)
    {
        using var output = JobOutput.Of<WordCount.WordCount>([TestData.Path("text", group)], Variant.Of(variant));
        Assert.Equal(JobOutput.SortRows(TestData.Expected($"wc.{group}.tsv")), output.Sorted());
    }

    [DataTheory]
    [MemberData(nameof(GroupsAndVariants))]
    public void Indexes_are_exact(string group, string variant)
    {
        using var output = JobOutput.Of<InvertedIndex.InvertedIndex>([TestData.Path("text", group)], Variant.Of(variant), "--count", "--separator", "|");
        Assert.Equal(JobOutput.SortRows(TestData.Expected($"index.{group}.tsv")), output.Sorted());
    }

    [DataFact]
    public void Word_counts_of_each_file_are_exact()
    {
        foreach (var row in TestData.Table("wc_summary.tsv", header: true))
        {
            using var output = JobOutput.Of<WordCount.WordCount>([TestData.Path("text", row[0], row[1])], new LocalSettings { Partitions = 1 });
            Assert.Equal(row[^1], output.Sha256());
        }
    }

    [DataFact]
    public void Sorted_parts_of_one_run_follow_each_other_in_byte_order()
    {
        using var output = JobOutput.Of<WordCount.WordCount>([TestData.Path("text", "lang")], new LocalSettings { Partitions = 7, SplitBytes = 256 << 10 }, "--sorted");
        Assert.Equal(TestData.Expected("wc.lang.tsv"), output.Bytes());
        Assert.Equal(7, output.Report.Manifest.Files.Count(file => file.Rows > 0));
    }

    [DataFact]
    public void Inputs_given_twice_count_twice()
    {
        var input = TestData.Path("text", "pg");
        using var output = JobOutput.Of<WordCount.WordCount>([input, input], new LocalSettings { Partitions = 1 });
        var doubled = TestData.Table("wc.pg.tsv").Select(row => $"{row[0]}\t{2 * long.Parse(row[1])}\n");
        Assert.Equal(string.Concat(doubled), Encoding.UTF8.GetString(output.Bytes()));
    }

    [DataFact]
    public void Output_files_are_the_same_bytes_for_any_number_of_slots_and_spills()
    {
        LocalSettings[] schedules =
        [
            new() { Slots = 1, Partitions = 3, SplitBytes = 100_000 },
            new() { Slots = 5, Partitions = 3, SplitBytes = 100_000 },
            new() { Slots = 2, Partitions = 3, SplitBytes = 100_000, MemoryOfSlot = 512 << 10, KeepInMemory = false },
            new() { Slots = 3, Partitions = 3, SplitBytes = 100_000, Combine = false },
        ];
        var hashes = schedules.Select(schedule =>
        {
            using var output = JobOutput.Of<WordCount.WordCount>([TestData.Path("text", "lang")], schedule);
            return string.Join(' ', output.Report.Manifest.Files.Select(file => file.Hash));
        });
        Assert.Single(hashes.Distinct());
    }

    [DataFact]
    public void The_sequential_reference_program_agrees()
    {
        using var words = JobOutput.Of<WordCount.WordCount>([TestData.Path("text", "pg")], new LocalSettings());
        Assert.Equal(JobOutput.SortRows(TestData.Expected("mit_wc_pg.txt")), JobOutput.SortRows([.. words.Bytes().Select(b => b == (byte)'\t' ? (byte)' ' : b)]));
        using var index = JobOutput.Of<InvertedIndex.InvertedIndex>([TestData.Path("text", "pg")], new LocalSettings(), "--count");
        Assert.Equal(JobOutput.SortRows(TestData.Expected("mit_indexer_pg.txt")), JobOutput.SortRows([.. index.Bytes().Select(b => b == (byte)'\t' ? (byte)' ' : b)]));
    }
}
