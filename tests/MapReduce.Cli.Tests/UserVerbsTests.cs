using System.Text.Json;
using MapReduce.Cli.Users;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary><c>mr user</c>, and what users see of the cluster.</summary>
[Collection(Cluster.Name)]
public sealed class UserVerbsTests(Cluster cluster) : IDisposable
{
    private string UsersFile => Path.Combine(cluster["cluster"], UserFile.Name);

    private string Address => cluster.Nodes.Nodes.Values.First().Settings.HttpAddress;

    public void Dispose() => File.Delete(UsersFile);

    [Fact]
    public void A_user_calls_with_the_token_that_was_shown_once_until_the_user_is_removed()
    {
        var (code, token, words) = User("add", "ann", "--role", "submit", "--expires", "12h");
        Assert.Equal((0, true), (code, token.StartsWith("mr_", StringComparison.Ordinal)));
        Assert.Contains("the token of ann, with the role submit until", words, StringComparison.Ordinal);
        string[] connection = ["--address", Address, "--token-file", cluster.Write("ann", token)];
        Assert.Contains("No job has been submitted by you yet.", Cluster.Mr(["jobs", "--mine", .. connection]).Output, StringComparison.Ordinal);
        var refused = Cluster.Mr(["node", "drain", "node-1", .. connection]);
        Assert.Equal((6, "ann has the role submit, and this needs the role operate. Whoever runs the cluster gives roles: mr user add."), (refused.Code, refused.Error.Trim()));
        Assert.Matches(@"^ann +submit +until \d{4}-\d\d-\d\d", User("list").Output);
        Assert.Equal(0, User("remove", "ann").Code);
        Assert.Equal(6, Cluster.Mr(["jobs", .. connection]).Code);
        Assert.Contains("There are no users but owner", User("list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_listed_and_shown_with_its_owner()
    {
        var job = await cluster.SubmitAsync("ThrowingMapper", cluster.Write("words.txt", "a\n"), request => request with { Name = "of-the-owner" });
        await cluster.Client.WaitAsync(job);
        Assert.Contains($"owner     owner{Environment.NewLine}", Cluster.Mr(["job", "show", job, .. cluster.Connection]).Output, StringComparison.Ordinal);
        var listed = JsonDocument.Parse(Cluster.Mr(["jobs", "--mine", "--json", .. cluster.Connection]).Output).RootElement.GetProperty("jobs").EnumerateArray();
        Assert.Equal("owner", listed.Single(other => other.GetProperty("id").GetString() == job).GetProperty("owner").GetString());
    }

    [Fact]
    public void Json_has_the_token_when_a_user_is_added_and_never_again()
    {
        using var added = JsonDocument.Parse(User("add", "ann", "--role", "view", "--json").Output);
        Assert.StartsWith("mr_", added.RootElement.GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.Equal(("ann", "view"), (added.RootElement.GetProperty("name").GetString(), added.RootElement.GetProperty("role").GetString()));
        using var listed = JsonDocument.Parse(User("list", "--json").Output);
        Assert.False(Assert.Single(listed.RootElement.EnumerateArray()).TryGetProperty("token", out _));
    }

    [Theory]
    [InlineData("There is no user 'ann'. List them with mr user list.", "remove", "ann")]
    [InlineData("Which user? Give a name: mr user add ann --role submit.", "add")]
    [InlineData("Which role? Give one of view, submit, operate: mr user add ann --role submit.", "add", "ann")]
    [InlineData("Which role? Give one of view, submit, operate: mr user add ann --role submit.", "add", "ann", "--role", "admin")]
    [InlineData("'owner' cannot be a user's name.", "add", "owner", "--role", "view")]
    [InlineData("--expires never is no term. Give days as 90d, 3650 at most, or hours as 12h.", "add", "ann", "--role", "view", "--expires", "never")]
    public void Mistakes_are_named_with_the_next_step(string words, params string[] arguments)
    {
        var (code, _, error) = User(arguments);
        Assert.Equal(2, code);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_is_added_once()
    {
        User("add", "ann", "--role", "view");
        var again = User("add", "Ann", "--role", "operate");
        Assert.Equal((2, "There is a user ann already. For another token or role, first: mr user remove ann."), (again.Code, again.Error.Trim()));
    }

    [Theory]
    [InlineData("1h", 1)]
    [InlineData("90d", 90 * 24)]
    [InlineData("3650d", 3650 * 24)]
    public void A_term_is_days_or_hours(string text, int hours) => Assert.Equal(TimeSpan.FromHours(hours), UserVerbs.TermOf(text));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("1.5d")]
    [InlineData("90")]
    [InlineData("3651d")]
    [InlineData("99999999999d")]
    public void What_is_no_term_is_refused(string text) => Assert.Throws<UserException>(() => UserVerbs.TermOf(text));

    private (int Code, string Output, string Error) User(params string[] arguments) => Cluster.Mr(["user", .. arguments, "--users-file", UsersFile]);
}
