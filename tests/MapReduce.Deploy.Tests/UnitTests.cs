using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Deploy.Tests;

/// <summary>What the Debian package installs.</summary>
public sealed class UnitTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-deploy-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("mapreduce.service", "mapreduce.service")]
    [InlineData("mapreduce@.service", "mapreduce@node-2.service")]
    public void Systemd_finds_nothing_to_complain_about(string unit, string instance)
    {
        // The program and its user are not installed here.
        var text = File.ReadAllText(Deploy.PathOf("systemd", unit)).Replace("/usr/bin/mr ", "/bin/true ", StringComparison.Ordinal);
        Assert.Contains("/bin/true node start --config /etc/mapreduce/", text, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, instance), text);
        var (code, output) = Checkout.Run("systemd-analyze", ["verify", "--man=no", Path.Combine(folder, instance)]);
        Assert.Equal((0, ""), (code, string.Join('\n', output.Split('\n').Where(line => line.Contains("mapreduce", StringComparison.Ordinal)))));
        File.WriteAllText(Path.Combine(folder, instance), text.Replace("KillMode=mixed", "KillMode=gently", StringComparison.Ordinal));
        Assert.Contains("gently", Checkout.Run("systemd-analyze", ["verify", "--man=no", Path.Combine(folder, instance)]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_to_stop_is_longer_than_that_to_drain()
    {
        var drain = NodeConfiguration.Load([]).GetTimeSpan("mapreduce.shutdown.drain");
        Assert.Contains("TimeoutStopSec=90s", File.ReadAllText(Deploy.PathOf("systemd", "mapreduce.service")), StringComparison.Ordinal);
        Assert.True(drain < TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void The_settings_that_the_package_installs_are_those_that_there_are_also_where_they_are_commented()
    {
        var file = Deploy.PathOf("debian", "node.conf");
        Assert.Equal("/var/lib/mapreduce", NodeConfiguration.Load([file]).GetString("mapreduce.node.folder"));
        var all = Path.Combine(folder, "all.conf");
        File.WriteAllLines(all, File.ReadLines(file).Select(line => System.Text.RegularExpressions.Regex.Replace(line, "^  # (?=tls|journal|  |})", "  ")));
        var config = NodeConfiguration.Load([all]);
        Assert.Equal(("postgresql", "/etc/mapreduce/node-1.key"), (config.GetString("mapreduce.journal.provider"), config.GetString("mapreduce.tls.key")));
    }

    [Fact]
    public void The_manual_has_every_command_of_the_README()
    {
        var (code, manual) = Checkout.Run("sh", [Deploy.PathOf("debian", "manual.sh"), Path.Combine(Checkout.Root, "README.md"), "1.2.3"]);
        Assert.Equal(0, code);
        Assert.StartsWith(".TH MR 1 \"\" \"MapReduce for .NET 1.2.3\"", manual, StringComparison.Ordinal);
        foreach (var command in (string[])["run JOB", "cluster up|status", "submit JOB", "node start", "certificate create", "cat OUTPUT", "generate text|logs|records", "validate sort"])
            Assert.Contains($".B mr {command}", manual, StringComparison.Ordinal);
        Assert.Contains(".B 130\ncancelled by the user", manual, StringComparison.Ordinal);
    }
}
