namespace MapReduce.Cli.Cluster;

/// <summary>The log of a node that <c>mr cluster up</c> has started. Every start of the node is another process, which adds to it.</summary>
internal static class NodeLog
{
    /// <summary>The most bytes of a log that another process may add to.</summary>
    public const long MostBytes = 16 << 20;

    /// <summary>Lets a log begin anew where it has become long; the one before stays as <c>node.log.1</c> until the next is long.</summary>
    public static void Rotate(string log)
    {
        if (new FileInfo(log) is { Exists: true, Length: > MostBytes }) File.Move(log, log + ".1", overwrite: true);
    }
}
