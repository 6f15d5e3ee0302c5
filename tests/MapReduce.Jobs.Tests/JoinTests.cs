using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class JoinTests
{
    private static readonly JobTest Test = new() { Inputs = [new("left", "a\t1\nb\t2\na\t3\nl\t4\n"), new("right", "a\tx\nr\ty\na\tz\nb\tw\n")], SeparateInputs = true };

    private static readonly string[] Inner = ["a\t1\tx", "a\t3\tx", "a\t1\tz", "a\t3\tz", "b\t2\tw"];

    [Fact]
    public void Inner_join_pairs_every_left_with_every_right_of_a_key()
        => Assert.Equal(Inner, Test.Execute<Join.JoinFiles>().Rows);

    [Theory]
    [InlineData("LeftOuter", "l\t4\t?")]
    [InlineData("RightOuter", "r\t?\ty")]
    [InlineData("FullOuter", "l\t4\t?", "r\t?\ty")]
    public void Outer_joins_keep_what_has_no_partner(string kind, params string[] more)
        => Assert.Equal([.. Inner, .. more], (Test with { Arguments = ["--kind", kind, "--missing", "?"] }).Execute<Join.JoinFiles>().Rows);
}
