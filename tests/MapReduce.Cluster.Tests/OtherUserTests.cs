using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What another user of the machine can do to a cluster.</summary>
[Collection(SharedCluster.Name)]
[UnsupportedOSPlatform("windows")]
public sealed class OtherUserTests(SharedCluster shared) : IDisposable
{
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, UnixFileMode> opened = [];

    public void Dispose()
    {
        foreach (var (folder, mode) in opened) File.SetUnixFileMode(folder, mode);
    }

    [OtherUserFact]
    public void Nothing_that_a_cluster_keeps_is_read_listed_or_changed_and_no_node_ended_or_looked_into()
    {
        var state = shared.Cluster.State;
        OpenAbove(state);
        // It is the cluster's own rights that shut it.
        Assert.Equal(0, As("ls", "-d", state).Code);
        List<string[]> deeds =
        [
            ["ls", state],
            ["ls", Path.Combine(state, "node-1")],
            ["ls", Path.Combine(state, "certificates")],
            ["touch", Path.Combine(state, "new")],
            .. ((string[])["token", "cluster.json", "journal.db", "certificates/authority.key", "node-1/node.conf", "node-1/node.log"]).Select(file => (string[])["cat", Path.Combine(state, file)]),
        ];
        foreach (var process in shared.Cluster.Nodes.Values.Select(process => process.ToString(CultureInfo.InvariantCulture)))
            deeds.AddRange([["kill", process], ["cat", $"/proc/{process}/environ"], ["ls", $"/proc/{process}/fd"]]);
        Assert.All(deeds, deed =>
        {
            var (code, output) = As(deed);
            Assert.True(code != 0 && output.Length == 0, $"{string.Join(' ', deed)}: {output}");
        });
    }

    [OtherUserFact]
    public void A_call_without_the_token_is_answered_with_nothing()
    {
        var address = new Uri(shared.Http);
        var call = string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/{address.Host}/{address.Port}; printf 'GET /v1/jobs HTTP/1.0\\r\\nHost: {address.Authority}\\r\\n\\r\\n' >&3; cat <&3");
        var (_, answer) = As("bash", "-c", call);
        Assert.Contains(" 401 ", answer.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("The call has no token", answer, StringComparison.Ordinal);
    }

    /// <summary>Lets others into the folders above, which are those of a user who keeps a cluster in a place where others may look.</summary>
    private void OpenAbove(string place)
    {
        for (var folder = Path.GetDirectoryName(place); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var mode = File.GetUnixFileMode(folder);
            if ((mode & ForOthers) == ForOthers) continue;
            opened[folder] = mode;
            File.SetUnixFileMode(folder, mode | ForOthers);
        }
    }

    private static (int Code, string Output) As(params string[] command)
    {
        var start = new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.GetAwaiter().GetResult();
        return (process.ExitCode, output);
    }
}
