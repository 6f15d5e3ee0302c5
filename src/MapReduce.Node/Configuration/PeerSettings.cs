using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>What is asked of other nodes beside a certificate of the cluster's authority.</summary>
/// <param name="ChecksCallers">Whether a node that calls must be where its certificate says.</param>
public sealed record PeerSettings(bool ChecksCallers)
{
    /// <summary>Reads <c>mapreduce.tls</c>.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static PeerSettings Read(Config tls) => new(tls.GetString("callers") switch
    {
        "names" => true,
        "any" => false,
        var other => throw new ConfigurationException($"mapreduce.tls.callers is '{other}'. It may be names or any."),
    });
}
