using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Deploy.Tests;

/// <summary>The first process of a container, with a program in place of <c>mr</c> that tells how it is called.</summary>
public sealed class EntrypointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-entrypoint-").FullName;
    private readonly Dictionary<string, string> environment;

    public EntrypointTests()
    {
        var program = Path.Combine(folder, "mr");
        File.WriteAllText(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(Checkout.Root, "hocon", "lan.conf"), Path.Combine(folder, "lan.conf"));
        File.Copy(Deploy.PathOf("container", "entrypoint.sh"), Entrypoint);
        Directory.CreateDirectory(Secrets);
        // As Kubernetes mounts it: readable for others.
        File.WriteAllText(Path.Combine(Secrets, "token"), "0123456789abcdef0123456789abcdef");
        environment = new() { ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}", ["MAPREDUCE_SECRETS"] = Secrets, ["TMPDIR"] = folder, ["MAPREDUCE_FOLDER"] = folder };
    }

    private string Entrypoint => Path.Combine(folder, "entrypoint.sh");

    private string Secrets => Path.Combine(folder, "secrets");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_runs_a_command_where_one_is_given()
        => Assert.Equal((0, "nodes\n--json\n"), Checkout.Run("sh", [Entrypoint, "nodes", "--json"], environment: environment));

    [Fact]
    public void Its_settings_are_those_of_the_environment_and_the_secrets()
    {
        File.WriteAllText(Path.Combine(Secrets, "journal.conf"), "mapreduce.journal { provider = postgresql, connection = \"Host=database\" }\n");
        var authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        var (certificate, key) = authority.Issue("node-2", ["localhost"]);
        foreach (var (made, name) in ((string, string)[])[(authority.CertificateFile, "authority.pem"), (certificate, "certificate.pem"), (key, "key.pem")]) File.Copy(made, Path.Combine(Secrets, name));
        var more = Path.Combine(folder, "more.conf");
        File.WriteAllText(more, "mapreduce.worker.slots = 7\n");
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["MAPREDUCE_NAME"] = "node-2",
            ["MAPREDUCE_HOST"] = "localhost",
            ["MAPREDUCE_SEEDS"] = "node-1:4500 node-2:4500",
            ["MAPREDUCE_NAMES"] = "mapreduce mapreduce.example",
            ["MAPREDUCE_ROLES"] = "worker",
            ["MAPREDUCE_CONFIG"] = more,
        }) environment[name] = value;
        var (code, output) = Checkout.Run("sh", [Entrypoint], environment: environment);
        Assert.Equal(0, code);
        var words = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["node", "start"], words[..2]);
        var settings = NodeSettings.Read(NodeConfiguration.Load(words.Where(word => word.StartsWith('/'))));
        Assert.Equal(("node-2", "localhost", 7, "postgresql", true, false), (settings.Name, settings.Host, settings.Slots, settings.JournalProvider, settings.IsWorker, settings.IsMaster));
        Assert.Equal(["node-1:4500", "node-2:4500"], settings.Seeds);
        Assert.Equal(["mapreduce", "mapreduce.example"], settings.Names);
        Assert.True(settings.Log.Json && settings.HttpTls);
    }
}
