using CommandLine;
using MapReduce.Cli.Cluster;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Users;

/// <summary>The options of every <c>mr user</c> command.</summary>
internal class UserFileOptions
{
    [Option("cluster", HelpText = "The folder of a cluster on this machine. Default: $MAPREDUCE_CLUSTER, or the user's own.")]
    public string? Cluster { get; set; }

    [Option("users-file", HelpText = "The file of users of nodes elsewhere: their mapreduce.http.users-file.")]
    public string? UsersFile { get; set; }

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }

    /// <summary>The file that is meant.</summary>
    /// <exception cref="UserException">There is no such cluster.</exception>
    public string File
    {
        get
        {
            if (UsersFile is not null) return Path.GetFullPath(UsersFile);
            var folder = ClusterState.FolderOf(Cluster);
            if (ClusterState.Read(folder) is null) throw LocalCluster.NoCluster(folder);
            return ClusterState.UsersFile(folder);
        }
    }
}

/// <summary>The options of <c>mr user remove</c>.</summary>
internal class UserOptions : UserFileOptions
{
    [Value(0, MetaName = "NAME", HelpText = "The user's name: " + User.Names + ".")]
    public string? Name { get; set; }
}

/// <summary>The options of <c>mr user add</c>.</summary>
internal sealed class UserAddOptions : UserOptions
{
    [Option("role", HelpText = "What the user may do. view: see how things stand. submit: that, and submit jobs, end one's own and read what they have written. operate: everything.")]
    public string? Role { get; set; }

    [Option("expires", Default = "90d", HelpText = "How long the token is good: days as 90d, or hours as 12h.")]
    public string Expires { get; set; } = "90d";
}
