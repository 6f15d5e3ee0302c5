using System.Globalization;
using System.Text.Json.Nodes;

namespace MapReduce.Cli.Cluster;

/// <summary><c>mr cluster</c>: node processes on this machine.</summary>
internal static class ClusterVerb
{
    public static ExitCode Up(ClusterUpOptions options)
    {
        using var cancel = new CancelKey();
        var cluster = new LocalCluster(ClusterState.FolderOf(options.Folder));
        var slots = Slots(options.Slots, options.Nodes);
        var state = cluster.UpAsync(options.Nodes, slots, [.. options.Settings], cancel.Token).GetAwaiter().GetResult();
        if (options.Json)
        {
            Output.Json(Describe(cluster.Folder, state));
            return ExitCode.Success;
        }
        Show(state);
        Console.WriteLine($"folder  {cluster.Folder}");
        ShowLink(cluster.Folder, state);
        var named = options.Folder is null ? "" : $" --cluster {cluster.Folder}";
        Console.WriteLine($"next    mr submit jobs/WordCount{named} --input jobs/WordCount/sample --output out/words");
        return ExitCode.Success;
    }

    public static ExitCode Status(ClusterOptions options)
    {
        var cluster = Of(options);
        if (options.Json) Output.Json(Describe(cluster.Folder, cluster.State));
        else
        {
            Show(cluster.State);
            ShowLink(cluster.Folder, cluster.State);
        }
        return ExitCode.Success;
    }

    public static ExitCode Kill(ClusterOptions options)
    {
        var killed = Of(options).KillNodeAsync(options.Number ?? throw new UserException(ExitCode.Usage, "Which node? Give its number: mr cluster kill 2. See mr cluster status.")).GetAwaiter().GetResult();
        if (options.Json) Output.Json(new JsonObject { ["killed"] = killed.Name });
        else Console.WriteLine($"{killed.Name} is killed. Start it again with mr cluster add.");
        return ExitCode.Success;
    }

    public static ExitCode Add(ClusterOptions options)
    {
        using var cancel = new CancelKey();
        var cluster = Of(options);
        var added = cluster.AddAsync(options.Slots, [.. options.Settings], cancel.Token).GetAwaiter().GetResult();
        if (options.Json) Output.Json(new JsonObject { ["added"] = added.Name, ["http"] = added.Address });
        else Console.WriteLine($"{added.Name} is up at {added.Address}.");
        return ExitCode.Success;
    }

    public static ExitCode Down(ClusterOptions options)
    {
        var cluster = Of(options);
        _ = cluster.State;
        var ended = cluster.DownAsync().GetAwaiter().GetResult();
        if (options.Json) Output.Json(new JsonObject { ["ended"] = ended });
        else Console.WriteLine($"{ended} nodes have ended. Jobs and history stay in {cluster.Folder}.");
        return ExitCode.Success;
    }

    public static int Slots(int? wanted, int nodes) => wanted is null or > 0
        ? wanted ?? Math.Max(1, Environment.ProcessorCount / nodes)
        : throw new UserException(ExitCode.Usage, $"--slots {wanted} is not possible. Give a number from 1.");

    private static LocalCluster Of(ClusterOptions options) => new(ClusterState.FolderOf(options.Cluster));

    private static void Show(ClusterState state)
    {
        foreach (var node in state.Nodes.OrderBy(node => node.Number))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{node.Name}  {(LocalCluster.IsAlive(node) ? "up  " : "down")}  {node.Address}  process {node.ProcessId}{(node.Slots is null ? "" : $"  slots {node.Slots}")}"));
    }

    private static void ShowLink(string folder, ClusterState state)
    {
        if (DashboardLink.For(folder, state) is { } link) Console.WriteLine($"open    {link}  (good once, for 5 minutes)");
    }

    private static JsonObject Describe(string folder, ClusterState state) => new()
    {
        ["folder"] = folder,
        ["tokenFile"] = ClusterState.TokenFile(folder),
        ["dashboard"] = DashboardLink.For(folder, state),
        ["nodes"] = new JsonArray([.. state.Nodes.OrderBy(node => node.Number).Select(node => new JsonObject
        {
            ["number"] = node.Number,
            ["name"] = node.Name,
            ["http"] = node.Address,
            ["process"] = node.ProcessId,
            ["up"] = LocalCluster.IsAlive(node),
            ["slots"] = node.Slots,
        })]),
    };
}
