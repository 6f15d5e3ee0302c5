using System.Globalization;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class RealSortsAndJoinsTests
{
    public static TheoryData<string> Variants() => [.. Variant.Names];

    [DataTheory]
    [MemberData(nameof(Variants))]
    public void Lines_sort_as_bytes(string variant)
    {
        // The smallest splits are for the smaller files: one file of splits of 1 KiB after another says nothing new.
        var most = Variant.Of(variant).SplitBytes < 64 << 10 ? 300_000 : long.MaxValue;
        foreach (var row in TestData.Table("linesort.tsv", header: true))
        {
            var path = row[0] == "logs" ? TestData.Path("logs", row[1]) : TestData.Path("text", row[0], row[1]);
            if (new FileInfo(path).Length > most) continue;
            using var output = JobOutput.Of<Sort.Sort>([path], Variant.Of(variant));
            Assert.Equal((row[1], row[3]), (row[1], output.Sha256()));
        }
    }

    [DataTheory]
    [MemberData(nameof(Variants))]
    public void Records_sort_by_key_and_stay_in_order_where_keys_are_equal(string variant)
    {
        foreach (var row in TestData.Table("sort.tsv", header: true))
        {
            using var output = JobOutput.Of<Sort.Sort>([TestData.Path("sort", row[0])], Variant.Of(variant), "--record", "100");
            Assert.Equal((row[0], row[6]), (row[0], output.Sha256()));
            Assert.Equal((row[0], row[2]), (row[0], Checksum(output.Bytes())));
        }
    }

    [DataTheory]
    [MemberData(nameof(Variants))]
    public void Pairs_sort_by_both_numbers(string variant)
    {
        using var output = JobOutput.Of<SecondarySort.SecondarySort>([TestData.Path("pairs", "pairs.txt")], Variant.Of(variant));
        Assert.Equal(TestData.Expected("secondarysort.txt"), output.Bytes());
    }

    [DataTheory]
    [MemberData(nameof(Variants))]
    public void Joins_have_the_right_rows(string variant)
    {
        var facts = TestData.Table("join.tsv").ToDictionary(row => row[0], row => row[1]);
        foreach (var (kind, rows) in (ReadOnlySpan<(string, string)>)[("Inner", "inner_rows"), ("LeftOuter", "left_outer_rows"), ("RightOuter", "right_outer_rows"), ("FullOuter", "full_outer_rows")])
        {
            using var output = JobOutput.Of<Join.JoinFiles>([TestData.Path("join", "left.tsv"), TestData.Path("join", "right.tsv")], Variant.Of(variant), "--kind", kind);
            Assert.Equal((kind, facts[rows]), (kind, output.Rows().Count.ToString(CultureInfo.InvariantCulture)));
            if (kind == "Inner") Assert.Equal(facts["sha256_sorted_inner"], JobOutput.Hash(output.Sorted()));
        }
    }

    /// <summary>The sum of the CRC-32 of every record, in hexadecimal digits, as the sort benchmark has it.</summary>
    private static string Checksum(byte[] records)
    {
        UInt128 sum = 0;
        for (var i = 0; i < records.Length; i += 100) sum += System.IO.Hashing.Crc32.HashToUInt32(records.AsSpan(i, 100));
        return sum.ToString("x", CultureInfo.InvariantCulture);
    }
}
