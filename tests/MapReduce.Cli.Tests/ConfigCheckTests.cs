using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>What a configuration leaves open is said in words.</summary>
public sealed class ConfigCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("", "tls.certificate", "in the clear")]
    [InlineData("", "executor.isolation", "strict")]
    [InlineData("", "executor.storage", "[\"/data\"]")]
    [InlineData("executor.isolation = none", "executor.isolation", "may read the token")]
    [InlineData("executor.network = on", "executor.network", "may call anybody")]
    [InlineData("executor.environment = [LICENSE]", "executor.environment", "LICENSE")]
    [InlineData("tls.callers = any", "tls.callers", "from any address")]
    [InlineData("connections.shop = \"Host=db.example;Password=hunter2\"", "connections", "SHOP")]
    [InlineData("connections.shop = \"Host=db.example;Password=hunter2\"", "connections", "SSL Mode=VerifyFull")]
    [InlineData("connections.shop = \"Host=db.example;Password=hunter2\"", "executor.network", "may call anybody")]
    [InlineData("journal { provider = postgresql, connection = \"Host=db.example\" }", "journal.connection", "SSL Mode=VerifyFull")]
    [InlineData("telemetry.otlp-endpoint = \"http://collector.example:4317\"", "telemetry.otlp-endpoint", "collector.example in the clear")]
    public void Each_is_told_with_its_setting(string setting, string key, string words)
    {
        var open = Of(setting);
        Assert.Contains(open, exposure => exposure.Key == $"mapreduce.{key}" && exposure.Says.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(open, exposure => exposure.Says.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("connections.shop = \"Host=db.example;SSL Mode=VerifyFull\"")]
    [InlineData("connections.shop = \"Host=/run/postgresql\"")]
    [InlineData("connections.shop = \"Host=127.0.0.1\"")]
    public void A_database_that_is_here_or_checked_may_be_connected_to(string setting)
        => Assert.DoesNotContain(Of(setting), exposure => exposure.Says.Contains("VerifyFull", StringComparison.Ordinal));

    [Fact]
    public void A_certificate_that_ends_within_a_month_is_told()
    {
        var layers = Layers(Certified());
        var settings = NodeSettings.Read(NodeConfiguration.Merge(layers), takesPorts: false);
        DateTimeOffset end = settings.Tls.Certificate.NotAfter;
        Assert.DoesNotContain(Exposure.Of(settings, layers, end - TimeSpan.FromDays(31)), exposure => exposure.Key == "mapreduce.tls.certificate");
        Assert.Contains(Exposure.Of(settings, layers, end - TimeSpan.FromDays(29)), exposure => exposure.Key == "mapreduce.tls.certificate" && exposure.Says.Contains($"{end.UtcDateTime:yyyy-MM-dd}", StringComparison.Ordinal));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Files_that_others_may_read_are_told_and_the_key_of_the_authority_wherever_a_node_is()
    {
        var secrets = Path.Combine(folder, "secrets.conf");
        File.WriteAllText(secrets, "mapreduce.connections.shop = \"Host=localhost;Password=hunter2\"");
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        var words = string.Join('\n', Of(Certified(), secrets).Select(exposure => exposure.Says));
        Assert.Contains($"chmod 600 '{secrets}'", words, StringComparison.Ordinal);
        Assert.Contains($"chmod 700 '{folder}'", words, StringComparison.Ordinal);
        Assert.Contains("authority.key", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_open_the_command_ends_well_though_the_node_runs()
    {
        // Whoever runs has its port.
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        var settings = Certified();
        File.Delete(Path.Combine(folder, "certificates", "authority.key"));
        var file = Path.Combine(folder, "node.conf");
        File.WriteAllText(file, $"mapreduce {{\n{Own}\n{settings}\nnode {{ roles = [master], port = {((IPEndPoint)node.LocalEndpoint).Port} }}\n}}");
        var (code, output, error) = Cluster.Mr("config", "check", "--config", file);
        Assert.Equal((0, "No setting leaves anything open."), (code, (output + error).Trim()));
    }

    [Fact]
    public void Where_something_is_open_the_command_ends_with_1_and_with_6_where_no_node_starts()
    {
        var file = Path.Combine(folder, "node.conf");
        File.WriteAllText(file, $"mapreduce {{\n{Own}\n}}");
        var (code, output, _) = Cluster.Mr("config", "check", "--config", file);
        Assert.Equal(1, code);
        Assert.Contains("mapreduce.executor.storage: ", output, StringComparison.Ordinal);
        (code, output, _) = Cluster.Mr("config", "check", "--config", file, "--json");
        Assert.Equal(1, code);
        using var json = JsonDocument.Parse(output);
        Assert.Contains("mapreduce.executor.storage", json.RootElement.GetProperty("open").EnumerateArray().Select(open => open.GetProperty("key").GetString()));
        Assert.Equal(6, Cluster.Mr("config", "check").Code);
    }

    /// <summary>Settings with certificates, under which HTTP is as well.</summary>
    private string Certified()
    {
        var authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        var (certificate, key) = authority.Issue("node-1", ["127.0.0.1"]);
        return $"tls {{ authority = \"{authority.CertificateFile}\", certificate = \"{certificate}\", key = \"{key}\" }}";
    }

    private string Own
    {
        get
        {
            var token = Path.Combine(folder, "token");
            PrivateFiles.Write(token, new string('x', 32));
            return $"node.folder = \"{folder}\"\nhttp.token-file = \"{token}\"";
        }
    }

    private IReadOnlyList<ConfigurationLayer> Layers(string setting, params string[] files) => NodeConfiguration.Layers(files, [.. Own.Split('\n'), .. setting.Length > 0 ? [setting] : Array.Empty<string>()], isLocal: false);

    private IReadOnlyList<Exposure> Of(string setting, params string[] files)
    {
        var layers = Layers(setting, files);
        return Exposure.Of(NodeSettings.Read(NodeConfiguration.Merge(layers), takesPorts: false), layers, DateTimeOffset.UtcNow);
    }
}
