using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>What is read of an output for others is in it, and nowhere else.</summary>
public sealed class PublishedFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public PublishedFilesTests()
    {
        folder.Write("out/part-00000", "rows");
        folder.Write("out/named/part-00000", "others");
        folder.Write("secret/token");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("part-00000", "rows")]
    [InlineData("named/part-00000", "others")]
    [InlineData("named/../part-00000", "rows")]
    public void A_file_of_the_output_is_read(string name, string content) => Assert.Equal(content, Read(Target, name));

    [Theory]
    [InlineData("none")]
    [InlineData("none/part-00000")]
    [InlineData("named")]
    [InlineData(".")]
    [InlineData("../secret/token")]
    [InlineData("named/../../secret/token")]
    public void What_is_no_file_of_the_output_is_not(string name) => Assert.Null(Read(Target, name));

    [Fact]
    public void A_full_path_is_not() => Assert.Null(Read(Target, folder["secret/token"]));

    [UnixFact]
    public void A_link_is_not_read_and_neither_is_what_is_below_one()
    {
        File.CreateSymbolicLink(folder["out/loot"], folder["secret/token"]);
        File.CreateSymbolicLink(folder["out/again"], folder["out/part-00000"]);
        Directory.CreateSymbolicLink(folder["out/deep"], folder["secret"]);
        Assert.All((string[])["loot", "again", "deep/token"], name => Assert.Null(Read(Target, name)));
    }

    [UnixFact]
    public void The_output_itself_may_be_a_link()
    {
        Directory.CreateSymbolicLink(folder["latest"], Target);
        Assert.Equal("rows", Read(folder["latest"], "part-00000"));
        Assert.Equal("rows", Read(folder["latest"] + "/", "part-00000"));
    }

    [LinuxTheory]
    [InlineData("part-00000")]
    [InlineData("named/part-00000")]
    public void What_becomes_a_link_between_the_look_at_it_and_its_opening_is_not_read(string name)
    {
        const int Reads = 20_000;
        folder.Write("secret/part-00000", "secret");
        var (place, real, link) = (folder[$"out/{name.Split('/')[0]}"], folder["real"], folder["link"]);
        Directory.CreateSymbolicLink(link, name.Contains('/', StringComparison.Ordinal) ? folder["secret"] : folder["secret/part-00000"]);
        using var stop = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                foreach (var (from, to) in ((string, string)[])[(place, real), (link, place), (place, link), (real, place)]) Rename(from, to);
        });
        try
        {
            for (var read = 0; read < Reads; read++) Assert.NotEqual("secret", Read(Target, name));
        }
        finally
        {
            stop.Cancel();
            swapping.Wait();
        }
    }

    [LinuxFact]
    public void A_pipe_or_socket_is_not_and_nobody_waits_for_it()
    {
        Process.Start("mkfifo", [folder["out/pipe"]]).WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["out/socket"]));
        Assert.All((string[])["pipe", "socket"], name => Assert.Null(Read(Target, name)));
    }

    /// <summary>Renames a file, a folder or a link to one, whatever it is.</summary>
    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    private static string? Read(string output, string name)
    {
        using var file = OutputFolder.OpenPublished(output, name);
        if (file is null) return null;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
