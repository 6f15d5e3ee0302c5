using System.Security.Cryptography;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Storage;

namespace MapReduce.Node;

/// <summary>A cluster of nodes in one process, for tests and for authors who debug: the same actors, serializers, journal, shuffle and executors as elsewhere.</summary>
public sealed class MiniCluster : IAsyncDisposable
{
    // A busy machine takes long to make a node a member.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // What others reach the nodes at.
    private static readonly string[] Hosts = ["127.0.0.1", "localhost"];

    private readonly string folder;
    private readonly ClusterAuthority authority;
    private readonly string settings;
    private readonly Func<NodeSettings, IReadOnlyList<ICommitParticipant>> participants;
    private readonly List<int> ports = [];
    private readonly Dictionary<string, MapReduceNode> nodes = [];
    private int started;

    private MiniCluster(string folder, string settings, Func<NodeSettings, IReadOnlyList<ICommitParticipant>> participants)
    {
        this.folder = folder;
        authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        this.settings = settings;
        this.participants = participants;
    }

    /// <summary>The nodes that live, by name.</summary>
    public IReadOnlyDictionary<string, MapReduceNode> Nodes => nodes;

    /// <summary>The token of the cluster.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Starts a cluster and waits until all nodes are members.</summary>
    /// <param name="count">How many nodes.</param>
    /// <param name="folder">The folder for all that the cluster keeps.</param>
    /// <param name="settings">HOCON over the settings for one machine.</param>
    /// <param name="participants">Makes the parties to the commit beside the files, for each node that starts; null for none.</param>
    public static async Task<MiniCluster> StartAsync(int count, string folder, string settings = "", Func<NodeSettings, IReadOnlyList<ICommitParticipant>>? participants = null)
    {
        var cluster = new MiniCluster(folder, settings, participants ?? (_ => []));
        PrivateFiles.MakeFolder(folder);
        PrivateFiles.Write(cluster.TokenFile, cluster.Token);
        try
        {
            for (var i = 0; i < count; i++) await cluster.AddAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node more and waits until it is a member.</summary>
    /// <param name="name">The name of a node that has ended, to start it again with what is on its disk; null for a new one.</param>
    /// <param name="more">HOCON for this node.</param>
    public async Task<MapReduceNode> AddAsync(string? name = null, string more = "")
    {
        name ??= $"node-{++started}";
        var own = Path.Combine(folder, name);
        // Until the first node has chosen its port there is nobody to join.
        var port = Ports.Free();
        ports.Add(port);
        var (certificate, key) = authority.Renew(name, Hosts);
        var overlay = NodeConfiguration.Parse($$"""
            mapreduce {
              node {
                name = "{{name}}"
                port = {{port}}
                data-port = 0
                folder = "{{own}}"
              }
              cluster.seeds = [{{string.Join(", ", nodes.Values.Select(node => node.Settings.Port).Append(port).Select(seed => $"\"127.0.0.1:{seed}\""))}}]
              http {
                port = 0
                token-file = "{{TokenFile}}"
                users-file = "{{UsersFile}}"
                tls = off
              }
              tls {
                authority = "{{authority.CertificateFile}}"
                certificate = "{{certificate}}"
                key = "{{key}}"
              }
              journal.connection = "Data Source={{Path.Combine(folder, "journal.db")}}"
              executor.closed = ["{{Path.GetFullPath(folder)}}"]
              worker.slots = 1
            }
            """ + "\n" + settings + "\n" + more, name);
        var config = NodeConfiguration.Over(NodeConfiguration.Load([]), overlay, name).WithFallback(NodeConfiguration.Local);
        var read = NodeSettings.Read(config);
        var node = await MapReduceNode.StartAsync(read.With(participants(read)));
        nodes[name] = node;
        await node.Ready;
        // A node knows that it is a member before the master does.
        using var client = Connect(Patience);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!(await client.NodesAsync()).Nodes.Any(other => other.Http == node.Settings.HttpAddress && other.State == "up")) await pause.WaitForNextTickAsync();
        return node;
    }

    /// <summary>Ends a node as a crash would.</summary>
    public async Task AbortAsync(string name)
    {
        nodes.Remove(name, out var node);
        await node!.AbortAsync();
    }

    /// <summary>Lets a node leave as it should.</summary>
    /// <param name="name">The node.</param>
    /// <param name="drain">How long it may take over its work.</param>
    public async Task StopAsync(string name, TimeSpan drain)
    {
        nodes.Remove(name, out var node);
        await node!.StopAsync(drain);
    }

    /// <summary>A client of the cluster.</summary>
    /// <param name="patience">How long it looks for a node that answers; null for what is usual with clients.</param>
    public MapReduceClient Connect(TimeSpan? patience = null)
        => new(nodes.Values.Select(node => new Uri(node.Settings.HttpAddress)), Token, Transport.Handler(nodes.Values.First().Settings, null), patience);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(nodes.Values.Select(node => node.AbortAsync()));
        nodes.Clear();
    }

    private string TokenFile => Path.Combine(folder, "token");

    private string UsersFile => Path.Combine(folder, UserFile.Name);
}
