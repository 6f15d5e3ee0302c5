using System.Text.Json;
using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_setting_has_its_value_and_where_that_comes_from()
    {
        var file = Write("own.conf", "mapreduce { job.attempts = 7, worker.slots = 3, cluster.seeds = [\"a:1\", \"b:2\"] }\nakka.loglevel = DEBUG");
        var settings = EffectiveSetting.Of(NodeConfiguration.Layers([file], ["worker.slots=5", "mapreduce.node.port=4501", "akka.remote.dot-netty.tcp.batching.enabled=off"], isLocal: true)).ToDictionary(setting => setting.Key);
        Assert.Equal(("60s", "reference.conf", true), Of("mapreduce.shutdown.drain"));
        Assert.Equal(("4501", "--set", false), Of("mapreduce.node.port"));
        Assert.Equal(("off", "--set", false), Of("akka.remote.dot-netty.tcp.batching.enabled"));
        Assert.Equal(("7", file, false), Of("mapreduce.job.attempts"));
        Assert.Equal(("5", "--set", false), Of("mapreduce.worker.slots"));
        Assert.Equal(("[a:1, b:2]", file, false), Of("mapreduce.cluster.seeds"));
        Assert.Equal(("DEBUG", file, false), Of("akka.loglevel"));
        Assert.Equal(("250ms", "local.conf", false), Of("akka.cluster.gossip-interval"));

        (string, string, bool) Of(string key) => (settings[key].Value, settings[key].Source, settings[key].IsDefault);
    }

    [Fact]
    public void Secrets_are_masked_wherever_they_stand()
    {
        var file = Write("own.conf", "mapreduce.journal.connection = \"Host=db;Username=me;Password=hunter2\"\nakka.remote.dot-netty.tcp.ssl.certificate.password = hunter2");
        var settings = EffectiveSetting.Of(NodeConfiguration.Layers([file], [], isLocal: false));
        Assert.DoesNotContain(settings, setting => setting.Value.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains(settings, setting => setting.Value.StartsWith("Host=db;Username=me;Password=•", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_start_would_refuse_is_told_with_the_exit_code_of_a_start()
    {
        var (code, output, error) = Cluster.Mr("config", "node");
        Assert.Equal(6, code);
        Assert.Contains("mapreduce.node.folder", output, StringComparison.Ordinal);
        Assert.DoesNotContain("mapreduce.job", output, StringComparison.Ordinal);
        Assert.Contains("mapreduce.node.folder is not set", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_a_node_starts_with_is_said_to_be_one()
    {
        var token = Write("token", new string('x', 32));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (code, output, error) = Cluster.Mr("config", "--changed", "--json", "--set", $"node.folder=\"{folder}\"", "--set", $"http.token-file=\"{token}\"", "--set", "node.port=0", "--set", "http.port=0");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("starts").GetBoolean());
        Assert.Equal(4, json.RootElement.GetProperty("settings").GetArrayLength());
        Assert.All(json.RootElement.GetProperty("settings").EnumerateArray(), setting => Assert.Equal("--set", setting.GetProperty("source").GetString()));
    }

    [Fact]
    public void A_setting_that_there_is_none_of_is_named()
    {
        var (code, _, error) = Cluster.Mr("config", "--set", "worker.slotz=3");
        Assert.Equal(6, code);
        Assert.Contains("mapreduce.worker.slotz", error, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
