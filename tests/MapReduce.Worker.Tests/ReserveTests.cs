using MapReduce.Confinement;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What is opened of a folder of which something stays shut. No file system is looked at.</summary>
public sealed class ReserveTests
{
    private static readonly string[] Machine =
    [
        "/data", "/data/in", "/data/node", "/data/node/token", "/etc", "/etc/passwd", "/home", "/home/me", "/home/me/.ssh", "/home/me/work", "/home/me/work/in", "/home/you", "/tmp", "/tmp/clr-debug-pipe-1", "/tmp/out",
    ];

    private static readonly Reserve Everything = new(["/data/node"], ["/etc"], [("/home/me", "."), ("/tmp", "clr-debug-pipe-")]);

    [Theory]
    [InlineData("/data", "/data/in")]
    [InlineData("/data/in", "/data/in")]
    [InlineData("/home/me/work", "/home/me/work")]
    [InlineData("/", "/data/in", "/home/me/work", "/home/you", "/tmp/out")]
    public void What_shares_a_folder_with_what_stays_shut_is_opened_by_itself(string root, params string[] opened) => Assert.Equal(opened, Opened(Everything, root));

    [Theory]
    [InlineData("/etc")]
    [InlineData("/etc/passwd")]
    [InlineData("/home/me/.ssh")]
    [InlineData("/home/me/.ssh/config")]
    public void What_is_no_storage_by_itself_is_opened_by_its_name(string root) => Assert.Equal([root], Opened(Everything, root));

    [Theory]
    [InlineData("/data/node")]
    [InlineData("/data/node/token")]
    [InlineData("/data/node/not/there/yet")]
    public void What_is_of_nodes_is_opened_by_no_name(string root)
    {
        Assert.True(Everything.IsNever(root));
        Assert.Empty(Opened(Everything, root));
    }

    [Fact]
    public void Names_that_only_begin_alike_are_others()
    {
        Assert.False(Everything.IsNever("/data/node-2"));
        Assert.Equal(["/data/nodes"], Opened(Everything, "/data/nodes"));
    }

    [Fact]
    public void Openings_are_read_as_they_were_written()
    {
        Opening[] openings = [new("/data/a b", Rights.Read | Rights.List), new("/data/first\nsecond", Rights.Write), new("/", Rights.None)];
        Assert.Equal(openings, Openings.Read(Openings.Write(openings)));
        Assert.Empty(Openings.Read([]));
        Assert.Throws<FormatException>(() => Openings.Read("/data"u8.ToArray()));
    }

    private static IEnumerable<string> Opened(Reserve reserve, string root) => reserve.Open(root, Rights.Read, folder => Machine.Where(path => Path.GetDirectoryName(path) == folder)).Select(opening => opening.Path);
}
