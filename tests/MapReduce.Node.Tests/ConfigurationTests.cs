using System.Net;
using System.Net.Sockets;
using MapReduce.Confinement;
using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_node_needs_a_folder_and_a_token_and_the_rest_has_defaults()
    {
        var settings = Read("");
        Assert.Equal(("127.0.0.1", Environment.ProcessorCount, 4), (settings.Host, settings.Slots, settings.Job.Attempts));
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Job.Timeout);
        Assert.Equal(192L << 20, settings.Job.Memory);
        Assert.True(settings.IsMaster && settings.IsWorker && settings.IsLoopback);
    }

    [Fact]
    public void What_executors_see_of_the_environment_beside_what_they_need_is_named()
    {
        Assert.Empty(Read("").Worker.ExecutorVariables);
        Assert.Equal(["SSL_CERT_DIR", "LICENSE"], Read("mapreduce.executor.environment = [SSL_CERT_DIR, LICENSE]").Worker.ExecutorVariables);
    }

    [Fact]
    public void Executors_are_confined_unless_that_is_turned_off_and_what_makes_a_node_is_closed_to_them()
    {
        var confinement = Read($"mapreduce.executor.closed = [\"{folder}/others\"]\nmapreduce.journal.connection = \"Filename={folder}/jobs.db\"\nmapreduce.audit.file = \"{folder}/audit\"\nmapreduce.audit.files = 2").Closing([Path.Combine(folder, "node.conf")]).Worker.Confinement;
        Assert.Equal((Isolation.Standard, false, false), (confinement.Isolation, confinement.IsStrict, confinement.Network));
        Assert.Equal(["/"], confinement.Storage);
        Assert.Subset(confinement.Closed.ToHashSet(), new HashSet<string>(["token", "others", "jobs.db", "jobs.db-wal", "audit", "audit.1", "node.conf"], StringComparer.Ordinal).Select(name => Path.Combine(folder, name)).ToHashSet());
        Assert.True(Read("mapreduce.connections.shop = \"Host=localhost\"").Worker.Confinement.Network);
        Assert.False(Read("mapreduce { connections.shop = \"Host=localhost\", executor.network = off }").Worker.Confinement.Network);
        Assert.Equal((Isolation.RequiredStrict, true), (Read("mapreduce.executor.isolation = required-strict").Worker.Confinement.Isolation, Read("mapreduce.executor.isolation = required-strict").Worker.Confinement.IsStrict));
    }

    [Theory]
    [InlineData("mapreduce.worker.slotz = 3", "mapreduce.worker.slotz")]
    [InlineData("mapreduce.worker.slots.number = 3", "mapreduce.worker.slots.number")]
    [InlineData("mapreduce { nodes { name = x } }", "mapreduce.nodes.name")]
    public void A_key_of_ours_that_there_is_none_of_is_an_error_that_names_it(string text, string key)
        => Assert.Contains(key, Assert.Throws<ConfigurationException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("mapreduce.node.host = \"0.0.0.0\"", "mr certificate create")]
    [InlineData("mapreduce.node { host = \"192.0.2.1\", port = 4500 }", "no address 192.0.2.1 (mapreduce.node.host)")]
    [InlineData("mapreduce.node.roles = [master, cook]", "cook")]
    [InlineData("mapreduce.job.timeout = soon", "cannot be read")]
    [InlineData("mapreduce.version = 2", "version 1")]
    [InlineData("mapreduce.journal.provider = oracle", "oracle")]
    [InlineData("mapreduce.executor.isolation = some", "none, standard, strict or required-strict")]
    [InlineData("mapreduce.executor.network = maybe", "on, off or connections")]
    [InlineData("mapreduce.executor.storage = [data]", "no full path")]
    [InlineData("mapreduce.tls.authority = \"/nowhere/ca.pem\"", "mr certificate create")]
    [InlineData("mapreduce.storage.key-file = \"/nowhere/key\"", "There is no key file '/nowhere/key' (mapreduce.storage.key-file). Make one")]
    [InlineData("mapreduce.packages.signers = [\"/nowhere/alice.pem\"]", "There is no certificate '/nowhere/alice.pem' (mapreduce.packages.signers)")]
    [InlineData("mapreduce.packages.signers = [\"/dev/null\"]", "(mapreduce.packages.signers) cannot be read")]
    [InlineData("mapreduce.node.port = 4711\nmapreduce.node.data-port = 4712\nmapreduce.http.port = 4712", "mapreduce.http.port is 4712, and so is another port of this node.")]
    [InlineData("mapreduce.http.token-file = \"\"", "mapreduce.http.token-file is not set, and a node needs it")]
    [InlineData("mapreduce.http.token-file = \"/nowhere/token\"", "There is no token file '/nowhere/token' (mapreduce.http.token-file). Make one")]
    [InlineData("mapreduce.audit.file = \"/nowhere/audit.log\"", "There is no folder '/nowhere' for the audit log (mapreduce.audit.file). Make it")]
    public void What_makes_no_sense_is_an_error_that_says_what_to_do(string text, string words)
        => Assert.Contains(words, Assert.Throws<ConfigurationException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1", "node.port")]
    [InlineData("127.0.0.1", "http.port")]
    [InlineData("localhost", "node.port")]
    [InlineData("localhost", "http.port")]
    public void A_port_that_is_taken_is_named(string host, string key)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        Assert.Contains($"Port {port} (mapreduce.{key}) is taken", Assert.Throws<ConfigurationException>(() => Read($"mapreduce {{ node.host = {host}, {key} = {port} }}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_port_for_data_is_any_where_that_for_messages_is_and_named_where_it_is_taken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var settings = Read($"mapreduce.node.data-port = {taken}");
        Assert.Equal(3, new HashSet<int> { settings.Port, settings.DataPort, settings.HttpPort }.Count);
        Assert.Equal($"https://127.0.0.1:{settings.DataPort}/", settings.DataAddress);
        Assert.Contains($"Port {taken} (mapreduce.node.data-port) is taken", Assert.Throws<ConfigurationException>(() => Read($"mapreduce.node {{ port = {Ports.Free()}, data-port = {taken} }}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node.port")]
    [InlineData("http.port")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("macos")]
    public void A_port_is_free_that_is_taken_at_another_address_than_the_hosts(string key)
    {
        using var other = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var settings = Read($"mapreduce {{ node.host = localhost, {key} = {port} }}");
        Assert.Contains(port, (int[])[settings.Port, settings.HttpPort]);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_token_that_others_may_read_is_refused()
    {
        var file = TokenFile();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<ConfigurationException>(() => Read("", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_key_file_that_others_may_read_or_that_is_short_is_refused_and_a_good_one_is_closed_to_the_code_of_jobs()
    {
        var file = Path.Combine(folder, "key");
        var text = $"mapreduce.storage.key-file = \"{file}\"";
        File.WriteAllText(file, new string('x', 31));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("has 31 characters, and needs at least 32", Assert.Throws<ConfigurationException>(() => Read(text)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, new string('x', 32));
        Assert.Contains(file, Read(text).Worker.Confinement.Closed);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains($"chmod 600 '{file}'", Assert.Throws<ConfigurationException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_cannot_write_who_has_changed_what_does_not_start()
        => Assert.Contains("(mapreduce.audit.file) cannot be written", (await Assert.ThrowsAsync<ConfigurationException>(() => MapReduceNode.StartAsync(Read($"mapreduce.audit.file = \"{folder}\"")))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_overlays_that_come_along_fit()
    {
        foreach (var name in (string[])["local", "lan", "postgres"])
            Read(File.ReadAllText(Path.Combine(Repository.Root, "hocon", $"{name}.conf")));
    }

    private NodeSettings Read(string text, string? token = null)
    {
        var own = NodeConfiguration.Parse($$"""
            mapreduce {
              node.folder = "{{folder}}"
              http.token-file = "{{token ?? TokenFile()}}"
              node { port = 0, data-port = 0 }
              http.port = 0
            }
            """, "test");
        return NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Over(NodeConfiguration.Load([]), own, "test"), NodeConfiguration.Parse(text, "text"), "text"));
    }

    private string TokenFile()
    {
        var file = Path.Combine(folder, "token");
        File.WriteAllText(file, "0123456789abcdef");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
