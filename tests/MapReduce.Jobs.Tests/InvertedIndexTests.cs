using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class InvertedIndexTests
{
    private static readonly JobTest Test = new() { Inputs = [new("b.txt", "cat dog\ncat"), new("a.txt", "dog\n"), new("c d.txt", "dog")] };

    [Fact]
    public void Lists_each_file_once_in_the_byte_order_of_names()
        => Assert.Equal(["cat\tb.txt", "dog\ta.txt,b.txt,c d.txt"], Test.Execute<InvertedIndex.InvertedIndex>().Rows);

    [Fact]
    public void Counts_files_and_takes_another_separator()
        => Assert.Equal(["cat\t1\tb.txt", "dog\t3\ta.txt|b.txt|c d.txt"], (Test with { Arguments = ["--count", "--separator", "|"] }).Execute<InvertedIndex.InvertedIndex>().Rows);

    [Fact]
    public void Leaves_extensions_out_when_asked()
        => Assert.Equal(["cat\tb", "dog\ta,b,c d"], (Test with { Arguments = ["--stem", "--sorted"] }).Execute<InvertedIndex.InvertedIndex>().Rows);
}
