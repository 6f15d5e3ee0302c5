using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class WordCountTests
{
    [Fact]
    public void Counts_runs_of_letters_with_their_case()
        => Assert.Equal(["The\t1", "cat\t2", "isn\t1", "nd\t1", "t\t1", "the\t2"], JobTest.Run<WordCount.WordCount>("The cat, the 2nd-the cat isn't").Rows);

    [Fact]
    public void Takes_letters_of_every_script_and_nothing_else()
        => Assert.Equal(["Größe\t1", "привет\t2", "世界\t1", "𐐷\t1"], JobTest.Run<WordCount.WordCount>("Größe_привет\r\nпривет١٢世界\u0301 𐐷").Rows);

    [Fact]
    public void Several_inputs_add_up()
        => Assert.Equal(["a\t3", "b\t1"], JobTest.Run<WordCount.WordCount>("a b", "a", "", "\n\na").Rows);

    [Fact]
    public void An_empty_input_gives_an_empty_output()
        => Assert.Empty(JobTest.Run<WordCount.WordCount>("").Rows);

    [Fact]
    public void Sorted_output_is_in_order_across_parts()
    {
        var words = Enumerable.Range(0, 2000).Select(i => $"w{(char)('a' + (i * 7 % 26))}{(char)('a' + (i * 11 % 26))}{(char)('a' + (i * 13 % 25))}").ToList();
        var test = new JobTest
        {
            Inputs = [new("words", string.Join(' ', words))],
            Arguments = ["--sorted"],
            Settings = new() { Slots = 2, Partitions = 4 },
        };
        var result = test.Execute<WordCount.WordCount>();
        var expected = words.GroupBy(word => word).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key}\t{group.Count()}");
        Assert.Equal(expected, result.Rows);
        Assert.Equal(4, result.Files.Count(file => file.Value.Length > 0));
    }
}
