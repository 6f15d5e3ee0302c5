using System.Text.RegularExpressions;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class GrepTests
{
    private static readonly JobTest Test = new() { Inputs = [new("log", "b1 a1 b1\nnothing\na2 a1 b1\n")] };

    [Fact]
    public void Counts_matches_most_frequent_first_and_equals_by_bytes()
    {
        var result = (Test with { Arguments = ["--pattern", "[ab][0-9]"] }).Execute<Grep.Grep>();
        Assert.Equal(["b1\t3", "a1\t2", "a2\t1"], result.Rows);
        Assert.Equal(2, result.Counters["matching lines"]);
        Assert.Equal(6, result.Counters["matches"]);
    }

    [Fact]
    public void Finds_matching_lines_in_their_order()
        => Assert.Equal(["b1 a1 b1", "a2 a1 b1"], (Test with { Arguments = ["--lines", "--pattern", "a1"] }).Execute<Grep.Grep>().Rows);

    [Fact]
    public void An_expression_sees_bytes_also_where_they_are_not_utf8()
    {
        var test = new JobTest { Inputs = [new("bytes", new byte[] { (byte)'a', 0xFF, (byte)'b', (byte)'\n', 0xC3, 0xA9, (byte)'\n' })], Arguments = ["--pattern", "a.b|é"] };
        Assert.Equal([(byte)'a', 0xFF, (byte)'b', (byte)'\t', (byte)'1', (byte)'\n', 0xC3, 0xA9, (byte)'\t', (byte)'1', (byte)'\n'], test.Execute<Grep.Grep>().Bytes(""));
    }

    [Theory]
    [InlineData("(^| )b[ab]*a( |$)")]
    [InlineData("^$")]
    [InlineData("a[^b]*b")]
    [InlineData("^(a|b)+$")]
    [InlineData("(a)b\\1")]
    [InlineData("a|^b$|()")]
    [InlineData("(^a|b$)")]
    [InlineData("b(?! a)")]
    [InlineData("[]a]b{2}")]
    [InlineData("\\ba\\b")]
    [InlineData("\\s")]
    public void Lines_match_as_if_each_were_searched_by_itself(string pattern)
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "ab ]"[random.Next(4)]))).ToList();
        var expression = new Regex(pattern, RegexOptions.ECMAScript);
        var expected = lines.Where(line => expression.IsMatch(line)).ToList();
        var test = new JobTest { Inputs = [new("lines", string.Join('\n', lines) + "\n")], Arguments = ["--lines", "--pattern", pattern] };
        Assert.NotEmpty(expected);
        Assert.Equal(expected, test.Execute<Grep.Grep>().Rows);
        var counted = (test with { Arguments = ["--pattern", pattern] }).Execute<Grep.Grep>();
        Assert.Equal(expected.Count, counted.Counters["matching lines"]);
        Assert.Equal(lines.Sum(line => expression.Count(line)), counted.Counters["matches"]);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("")]
    public void A_wrong_expression_is_refused_with_a_reason(string pattern)
        => Assert.Equal(JobError.Arguments, Assert.Throws<JobException>(() => (Test with { Arguments = ["--pattern", pattern] }).Execute<Grep.Grep>()).Error);
}
