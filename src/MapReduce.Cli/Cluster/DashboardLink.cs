using MapReduce.Node.Security;

namespace MapReduce.Cli.Cluster;

/// <summary>The link that opens the dashboard of a cluster on this machine and logs the browser in.</summary>
internal static class DashboardLink
{
    /// <summary>A link to the first node that lives; null where none does.</summary>
    public static string? For(string folder, ClusterState state)
    {
        var file = ClusterState.TokenFile(folder);
        if (state.Nodes.OrderBy(node => node.Number).FirstOrDefault(LocalCluster.IsAlive) is not { } node || !File.Exists(file)) return null;
        var ticket = new BrowserSessions(File.ReadAllText(file).Trim(), TimeProvider.System).NewTicket();
        return $"{node.Address}login?ticket={ticket}";
    }
}
