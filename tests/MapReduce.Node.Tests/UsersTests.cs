using System.Collections.Concurrent;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>The file of users, and how nodes follow it.</summary>
public sealed class UsersTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    private string UsersFile => Path.Combine(folder, UserFile.Name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_and_holds_no_token()
    {
        var token = User.NewToken();
        Assert.Matches("^mr_[A-Za-z0-9_-]{43}$", token);
        var written = Add("ann", token);
        Assert.Equal([written], UserFile.Read(UsersFile).Users);
        Assert.DoesNotContain(token, File.ReadAllText(UsersFile), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(UsersFile));
    }

    [Fact]
    public void Who_is_added_or_removed_is_known_at_the_next_call()
    {
        var users = new Users(UsersFile, NullLogger<Users>.Instance);
        var (first, second) = (User.NewToken(), User.NewToken());
        Assert.Null(users.WithToken(first));
        Add("ann", first);
        Assert.Equal("ann", users.WithToken(first)?.Name);
        Add("bob", second);
        Assert.Equal(("ann", "bob"), (users.WithToken(first)?.Name, users.WithToken(second)?.Name));
        Assert.Null(users.WithToken(User.NewToken()));
        File.Delete(UsersFile);
        Assert.Null(users.WithToken(first));
        Assert.Null(users.Fault);
    }

    [Fact]
    public void Changes_at_the_same_time_are_made_one_after_another()
    {
        const int writers = 8;
        const int changes = 10;
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, writers).Select(writer => new Thread(() =>
        {
            try
            {
                for (var number = 0; number < changes; number++)
                {
                    var user = new User($"user-{writer}-{number}", Roles.View, User.DigestOf(User.NewToken()), DateTimeOffset.UtcNow.AddHours(1));
                    UserFile.Change(UsersFile, users => users with { Users = [.. users.Users, user] });
                }
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Empty(failures);
        Assert.Equal(writers * changes, UserFile.Read(UsersFile).Users.Count);
    }

    [Fact]
    public void A_change_that_is_refused_leaves_the_file_and_the_turn()
    {
        var written = Add("ann", User.NewToken());
        Assert.Throws<InvalidOperationException>(() => UserFile.Change(UsersFile, _ => throw new InvalidOperationException()));
        UserFile.Change(UsersFile, users => users);
        Assert.Equal([written], UserFile.Read(UsersFile).Users);
    }

    [Fact]
    public void While_the_file_cannot_be_read_nobody_is_a_user()
    {
        var users = new Users(UsersFile, NullLogger<Users>.Instance);
        var token = User.NewToken();
        Add("ann", token);
        Assert.NotNull(users.WithToken(token));
        var whole = File.ReadAllText(UsersFile);
        File.WriteAllText(UsersFile, whole[..^10]);
        Assert.Null(users.WithToken(token));
        Assert.Contains("cannot be read", users.Fault, StringComparison.Ordinal);
        File.WriteAllText(UsersFile, whole);
        Assert.NotNull(users.WithToken(token));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(UsersFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Null(users.WithToken(token));
        Assert.Contains("chmod 600", users.Fault, StringComparison.Ordinal);
        File.SetUnixFileMode(UsersFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.NotNull(users.WithToken(token));
    }

    [Theory]
    [InlineData("null", "cannot be read")]
    [InlineData("{", "cannot be read")]
    [InlineData("{}", "cannot be read")]
    [InlineData("""{"users":[null]}""", "cannot be read")]
    [InlineData("""{"users":[{"name":"ann"}]}""", "cannot be read")]
    [InlineData("""{"version":2,"users":[]}""", "is of version 2, and this program reads up to 1")]
    [InlineData("""{"users":[{"name":"a b","role":"view","digest":"DIGEST","expires":"2030-01-01T00:00:00Z"}]}""", "has a user 'a b'")]
    [InlineData("""{"users":[{"name":"Owner","role":"view","digest":"DIGEST","expires":"2030-01-01T00:00:00Z"}]}""", "has a user 'Owner'")]
    [InlineData("""{"users":[{"name":"ann","role":"admin","digest":"DIGEST","expires":"2030-01-01T00:00:00Z"}]}""", "gives ann the role 'admin'")]
    [InlineData("""{"users":[{"name":"ann","role":"view","digest":"mr_secret","expires":"2030-01-01T00:00:00Z"}]}""", "has no SHA-256 digest for ann")]
    [InlineData("""{"users":[{"name":"ann","role":"view","digest":"DIGEST","expires":"2030-01-01T00:00:00Z"},{"name":"ANN","role":"view","digest":"DIGEST","expires":"2030-01-01T00:00:00Z"}]}""", "has the user ann twice")]
    public void A_file_that_makes_no_sense_is_refused_with_the_reason(string text, string words)
    {
        PrivateFiles.Write(UsersFile, text.Replace("DIGEST", new string('0', 64), StringComparison.Ordinal));
        Assert.Contains(words, Assert.Throws<ConfigurationException>(() => UserFile.Read(UsersFile)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann", true)]
    [InlineData("Ann.Lee-2@example.com", true)]
    [InlineData("", false)]
    [InlineData("owner", false)]
    [InlineData("OWNER", false)]
    [InlineData("-ann", false)]
    [InlineData("ann\n", false)]
    [InlineData("ann/bob", false)]
    [InlineData("änn", false)]
    public void Names_are_plain(string name, bool isName) => Assert.Equal(isName, User.IsName(name));

    private User Add(string name, string token)
    {
        var added = new User(name, Roles.View, User.DigestOf(token), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        new UserFile([.. UserFile.Read(UsersFile).Users, added]).Write(UsersFile);
        return added;
    }
}
