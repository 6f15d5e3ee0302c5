using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;

namespace MapReduce.Cluster.Tests;

/// <summary>Nodes on machines of their own, as on a local network: lan.conf, certificates, a token. Leaves no process and no file.</summary>
internal sealed class NetworkCluster : IDisposable
{
    private const int Port = 4500;
    private const int HttpPort = 4600;

    private readonly string home = Directory.CreateTempSubdirectory("mapreduce-").FullName;
    private readonly List<Process> processes = [];

    private readonly IReadOnlyDictionary<int, string> limits;

    public NetworkCluster(int nodes, params string[] settings) : this(nodes, new Dictionary<int, string>(), settings)
    {
    }

    /// <param name="nodes">How many nodes.</param>
    /// <param name="limits">What the shell does before it starts a node, by the node's number.</param>
    /// <param name="settings">Settings for all nodes.</param>
    public NetworkCluster(int nodes, IReadOnlyDictionary<int, string> limits, params string[] settings)
    {
        this.limits = limits;
        Network = new Network(nodes);
        File.WriteAllText(TokenFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        for (var node = 1; node <= nodes; node++)
        {
            var (code, output, error) = Mr.Run("certificate", "create", $"node-{node}", "--host", Network.AddressOf(node), "--folder", this["certificates"]);
            if (code != 0) throw new InvalidOperationException(output + error);
            File.WriteAllText(this[$"node-{node}.conf"], string.Create(CultureInfo.InvariantCulture, $$"""
                mapreduce {
                  node { name = "node-{{node}}", host = "{{Network.AddressOf(node)}}", port = {{Port}}, folder = "{{this[$"node-{node}"]}}" }
                  cluster.seeds = [{{string.Join(", ", Enumerable.Range(1, Math.Min(3, nodes)).Select(seed => $"\"{Network.AddressOf(seed)}:{Port}\""))}}]
                  http { port = {{HttpPort}}, token-file = "{{TokenFile}}" }
                  tls { authority = "{{Authority}}", certificate = "{{this[$"certificates/node-{node}.pem"]}}", key = "{{this[$"certificates/node-{node}.key"]}}" }
                  worker.slots = 1
                  shuffle.short-circuit = off
                  journal.connection = "Data Source={{this["journal.db"]}}"
                }

                """) + string.Join('\n', settings.Select(setting => setting.StartsWith("akka.", StringComparison.Ordinal) ? setting : $"mapreduce.{setting}")));
        }
        for (var node = 1; node <= nodes; node++) processes.Add(Start(node));
        Client = Connect(Enumerable.Range(1, nodes));
    }

    public Network Network { get; }

    public MapReduceClient Client { get; }

    /// <summary>A place for files of the test.</summary>
    public string this[string name] => Path.Combine(home, name);

    public string Authority => this["certificates/authority.pem"];

    public string TokenFile => this["token"];

    /// <summary>The numbers of the nodes.</summary>
    public IReadOnlyList<int> Nodes => [.. Enumerable.Range(1, processes.Count)];

    public IEnumerable<Uri> Addresses => Nodes.Select(AddressOf);

    public Uri AddressOf(int node) => new($"https://{Network.AddressOf(node)}:{HttpPort}/");

    /// <summary>How <c>mr</c> finds the cluster.</summary>
    public IReadOnlyList<string> Arguments => ["--address", .. Addresses.Select(address => address.ToString()), "--token-file", TokenFile, "--authority", Authority];

    public string LogOf(int node) => File.ReadAllText(this[$"node-{node}.log"]);

    public int ProcessOf(int node) => processes[node - 1].Id;

    public bool IsAlive(int node) => !processes[node - 1].HasExited;

    /// <summary>A client that knows some of the nodes.</summary>
    public MapReduceClient Connect(IEnumerable<int> nodes, TimeSpan? patience = null) => new(nodes.Select(AddressOf), File.ReadAllText(TokenFile), Trusting(), patience ?? Patience.Limit);

    /// <summary>Waits until so many nodes are full members.</summary>
    public Task AwaitMembersAsync(int count) => AwaitMembersAsync(Client, Enumerable.Range(1, count));

    /// <summary>Waits until these nodes and no others are full members, as some of them say.</summary>
    public static Task AwaitMembersAsync(MapReduceClient client, IEnumerable<int> nodes)
    {
        var names = nodes.Select(node => $"node-{node}").Order(StringComparer.Ordinal).ToList();
        return RealCluster.UntilAsync(async () =>
        {
            try
            {
                var members = (await client.NodesAsync()).Nodes;
                return members.All(member => member.State == "up") && names.SequenceEqual(members.Select(member => member.Name).Order(StringComparer.Ordinal));
            }
            catch (ApiException exception) when (exception.Code is ApiException.Unreachable or "no-master")
            {
                // Processes that start listen a while later; the client takes them for strangers after a few seconds.
                return false;
            }
        });
    }

    /// <summary>Whether a node is a member of a cluster that has a master.</summary>
    public async Task<bool> IsReadyAsync(int node)
    {
        using var http = new HttpClient(Trusting()) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(AddressOf(node), "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Trusts the cluster's authority, and shows a certificate where there is one.</summary>
    public SocketsHttpHandler Trusting(X509Certificate2? certificate = null, TimeSpan? connect = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Authority));
        return new SocketsHttpHandler { ConnectTimeout = connect ?? TimeSpan.FromSeconds(2), SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = certificate is null ? null : [certificate] } };
    }

    public void Dispose()
    {
        Client.Dispose();
        foreach (var process in processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        Network.Dispose();
        Directory.Delete(home, recursive: true);
    }

    private Process Start(int node)
    {
        var command = $"{limits.GetValueOrDefault(node)} exec ip netns exec {Network.NamespaceOf(node)} dotnet '{TestProgram.File}' node start --config '{Path.Combine(Mr.Root, "hocon", "lan.conf")}' --config '{this[$"node-{node}.conf"]}' >'{this[$"node-{node}.log"]}' 2>&1";
        return Process.Start("sh", ["-c", command]);
    }
}
