using System.Globalization;
using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Postgres;

namespace MapReduce.Cli.Nodes;

/// <summary>The options of <c>mr node start</c>.</summary>
internal sealed class NodeStartOptions
{
    [Option("config", HelpText = "A HOCON file over hocon/reference.conf. May be given several times; the last wins.")]
    public IEnumerable<string> Files { get; set; } = [];

    [Option("local", HelpText = "Begin with the overlay for nodes on one machine.")]
    public bool Local { get; set; }

    [Option("set", HelpText = "A setting of hocon/reference.conf, such as job.attempts=2. May be given several times.")]
    public IEnumerable<string> Settings { get; set; } = [];
}

/// <summary>The options of <c>mr node drain</c>.</summary>
internal sealed class NodeDrainOptions : ConnectionOptions
{
    [Value(0, MetaName = "NODE", HelpText = "The node's name.")]
    public string? Node { get; set; }

    [Option("detach", HelpText = "Do not wait until it has given up its work.")]
    public bool Detach { get; set; }
}

/// <summary><c>mr node</c> and <c>mr nodes</c>.</summary>
internal static class NodeVerbs
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>Runs a node until it is told to stop. One that the others have removed joins again, as another life.</summary>
    public static ExitCode Start(NodeStartOptions options)
    {
        using var cancel = new CancelKey();
        IReadOnlyList<string>? electors = null;
        while (true)
        {
            try
            {
                var config = NodeConfiguration.Layers(options.Files, options.Settings, options.Local);
                var settings = NodeSettings.Read(NodeConfiguration.Merge(config)).Closing(options.Files.Select(Path.GetFullPath));
                (var end, var reason, electors) = RunAsync(settings.With([new PostgresParticipant(settings.Connections)]), electors, cancel.Token).GetAwaiter().GetResult();
                if (end == NodeEnd.Stopped) return ExitCode.Success;
                if (end == NodeEnd.Fatal) throw new UserException(ExitCode.Cluster, reason);
                Console.Error.WriteLine($"{reason} It joins again.");
            }
            catch (Exception exception) when (electors is not null && exception is (ConfigurationException or IOException))
            {
                // It has run with all this, and what hinders it now may pass: a port that a connection of another program has got between two lives, a file that is being written.
                Console.Error.WriteLine($"{exception.Message} The node tries again.");
                if (cancel.Token.WaitHandle.WaitOne(Rest)) return ExitCode.Success;
            }
        }
    }

    public static ExitCode List(ConnectionOptions options)
    {
        using var client = Connection.Open(options);
        var nodes = client.NodesAsync().GetAwaiter().GetResult();
        if (options.Json)
        {
            Output.Json(nodes, ApiJson.Default.NodeList);
            return ExitCode.Success;
        }
        foreach (var node in nodes.Nodes)
        {
            var marks = string.Concat(node.Master ? "  master" : "", node.Draining ? "  draining" : "", node.Quarantined ? "  quarantined" : "");
            Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{node.Name}  {node.State}  {node.Busy} of {node.Slots} slots busy  {node.Http}{marks}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {nodes.Epoch}"));
        return ExitCode.Success;
    }

    public static ExitCode Drain(NodeDrainOptions options)
    {
        var name = options.Node ?? throw new UserException(ExitCode.Usage, "Which node? Give its name: mr node drain node-2. See mr nodes.");
        using var cancel = new CancelKey();
        using var client = Connection.Open(options);
        DrainStatus status;
        while (true)
        {
            status = client.DrainAsync(name, cancel.Token).GetAwaiter().GetResult();
            if (options.Detach || status is { Running: 0, Needed: 0 }) break;
            cancel.Token.WaitHandle.WaitOne(Pause);
            cancel.Token.ThrowIfCancellationRequested();
        }
        if (options.Json) Output.Json(status, ApiJson.Default.DrainStatus);
        else if (status is { Running: 0, Needed: 0 }) Console.WriteLine($"{name} has no work and nothing that a job needs. It may be stopped.");
        else Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} takes no more work; it runs {status.Running} attempts, and {status.Needed} jobs need its map outputs."));
        return ExitCode.Success;
    }

    private static async Task<(NodeEnd End, string Reason, IReadOnlyList<string> Electors)> RunAsync(NodeSettings settings, IReadOnlyList<string>? electors, CancellationToken stop)
    {
        await using var node = await MapReduceNode.StartAsync(settings, electors, CancellationToken.None);
        Console.WriteLine($"{settings.Name} serves {settings.HttpAddress}");
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = stop.Register(told.SetResult);
        if (await Task.WhenAny(told.Task, node.Ended) == told.Task) await node.StopAsync(settings.Drain);
        var (end, reason) = await node.Ended;
        return (end, reason, node.Electors);
    }
}
