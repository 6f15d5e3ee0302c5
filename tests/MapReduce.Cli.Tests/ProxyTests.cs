using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>The token of a cluster is for its nodes.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_proxy_that_the_environment_names_hears_nothing_of_a_command()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}";
        var token = Path.Combine(folder, "token");
        await File.WriteAllTextAsync(token, new string('t', 32));
        var start = new ProcessStartInfo("dotnet", [TestProgram.File, "jobs", "--address", $"http://127.0.0.1:{Ports.Free()}", "--token-file", token])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["http_proxy"] = address, ["all_proxy"] = address, ["no_proxy"] = "", ["NO_PROXY"] = "", ["MAPREDUCE_PATIENCE"] = "1" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        Assert.False(proxy.Pending(), "The proxy was called.");
        Assert.Equal((int)ExitCode.Cluster, process.ExitCode);
        Assert.Contains("No node of the cluster answers", error, StringComparison.Ordinal);
    }
}
