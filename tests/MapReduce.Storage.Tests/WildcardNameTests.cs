using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class WildcardNameTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "any", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "é", true)]
    [InlineData("?", "😀", true)]
    [InlineData("??", "😀", false)]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("*ab", "aab", true)]
    [InlineData("имя с *", "имя с пробелом", true)]
    [InlineData("a\\b", "a\\b", true)]
    [InlineData("A", "a", false)]
    [InlineData("", "a", false)]
    public void Whole_name_matches_or_not(string pattern, string name, bool matches) => Assert.Equal(matches, WildcardName.Matches(pattern, name));
}
