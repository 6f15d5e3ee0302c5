using MapReduce.Cli.Cluster;
using Xunit;

namespace MapReduce.Cli.Tests;

public sealed class ClusterFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Open = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Nobody_else_looks_into_the_folder_of_a_cluster_and_no_other_folder_is_closed()
    {
        if (OperatingSystem.IsWindows()) return;
        var (made, empty, older, home) = (Path.Combine(folder, "a", "b"), Make("empty", null), Make("older", "token"), Make("home", "letters"));
        foreach (var each in (string[])[made, empty, older, home]) ClusterFolder.Make(each);
        Assert.Equal(Owner, File.GetUnixFileMode(made));
        Assert.Equal(Owner, File.GetUnixFileMode(empty));
        Assert.Equal(Owner, File.GetUnixFileMode(older));
        Assert.Equal(Open, File.GetUnixFileMode(home));
    }

    /// <summary>A folder that everybody may look into.</summary>
    private string Make(string name, string? file)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        if (file is not null) File.WriteAllText(Path.Combine(path, file), "");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Open);
        return path;
    }
}
