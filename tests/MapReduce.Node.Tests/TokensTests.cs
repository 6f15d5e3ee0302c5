using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Tokens for the data of one job.</summary>
public sealed class TokensTests
{
    private readonly Clock clock = new();
    private readonly Tokens tokens;

    public TokensTests() => tokens = new Tokens(new string('s', 32), clock);

    [Fact]
    public void A_token_is_good_for_its_job_until_its_term_is_over()
    {
        var token = tokens.ForJob("one");
        Assert.Null(tokens.RefuseJob("one", token));
        clock.Now += TimeSpan.FromMinutes(10);
        Assert.Null(tokens.RefuseJob("one", token));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("the token has expired", tokens.RefuseJob("one", token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("1.2.3")]
    public void What_is_no_token_is_refused(string? token) => Assert.Contains("missing", tokens.RefuseJob("one", token), StringComparison.Ordinal);

    [Fact]
    public void A_token_of_another_job_or_with_another_term_or_secret_is_refused()
    {
        var token = tokens.ForJob("one");
        Assert.NotNull(tokens.RefuseJob("two", token));
        Assert.NotNull(tokens.RefuseJob("one", $"99999999999{token[token.IndexOf('.', StringComparison.Ordinal)..]}"));
        Assert.NotNull(new Tokens(new string('x', 32), clock).RefuseJob("one", token));
    }
}
