using CommandLine;

namespace MapReduce.Cli.Cluster;

/// <summary>The options of every command that speaks to a cluster.</summary>
internal class ConnectionOptions
{
    [Option("cluster", HelpText = "The folder of a cluster on this machine. Default: $MAPREDUCE_CLUSTER, or the user's own.")]
    public string? Cluster { get; set; }

    [Option("address", HelpText = "The address of a node elsewhere, such as https://node-1:4600. May be given several times.")]
    public IEnumerable<string> Addresses { get; set; } = [];

    [Option("token-file", HelpText = "The file with your token, or that cluster's. Default: the token in the folder of the cluster.")]
    public string? TokenFile { get; set; }

    [Option("authority", HelpText = "The PEM file of that cluster's certificate authority.")]
    public string? Authority { get; set; }

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}

/// <summary>The options of <c>mr cluster up</c>.</summary>
internal sealed class ClusterUpOptions
{
    [Option("nodes", Default = 3, HelpText = "How many nodes: 1, or 3 and more.")]
    public int Nodes { get; set; }

    [Option("slots", HelpText = "How many tasks each node runs at a time. Default: the processors shared out, at least 1.")]
    public int? Slots { get; set; }

    [Option("folder", HelpText = "The folder for all that the cluster keeps.")]
    public string? Folder { get; set; }

    [Option("set", HelpText = "A setting of hocon/reference.conf, such as job.attempts=2. May be given several times.")]
    public IEnumerable<string> Settings { get; set; } = [];

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}

/// <summary>The options of the other <c>mr cluster</c> commands.</summary>
internal sealed class ClusterOptions
{
    [Value(0, MetaName = "N", HelpText = "For kill: the number of the node.")]
    public int? Number { get; set; }

    [Option("cluster", HelpText = "The folder of the cluster.")]
    public string? Cluster { get; set; }

    [Option("slots", HelpText = "For add: how many tasks the node runs at a time. Default: as many as a lost node had.")]
    public int? Slots { get; set; }

    [Option("set", HelpText = "For add: a setting of hocon/reference.conf.")]
    public IEnumerable<string> Settings { get; set; } = [];

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}
