using CommandLine;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Nodes;

/// <summary>The options of <c>mr certificate create</c>.</summary>
internal sealed class CertificateOptions
{
    [Value(0, MetaName = "NODE", HelpText = "The node's name.")]
    public string? Node { get; set; }

    [Option("host", HelpText = "A host name or address that others reach the node at. May be given several times.")]
    public IEnumerable<string> Hosts { get; set; } = [];

    [Option("folder", Default = "certificates", HelpText = "Where the authority and all certificates are made.")]
    public string Folder { get; set; } = "certificates";
}

/// <summary><c>mr certificate create</c>: the authority of a cluster, and a certificate for a node.</summary>
internal static class CertificateVerb
{
    public static ExitCode Create(CertificateOptions options)
    {
        var hosts = options.Hosts.ToList();
        if (options.Node is not { } node || hosts.Count == 0)
            throw new UserException(ExitCode.Usage, "Which node, and where is it? Give its name and each host name or address: mr certificate create node-1 --host node-1.example --host 10.0.0.1.");
        var authority = new ClusterAuthority(options.Folder);
        var (certificate, key) = authority.Issue(node, hosts);
        Console.WriteLine($$"""
            Give these to {{node}}, and keep authority.key to yourself:
            mapreduce.tls {
              authority = "{{Path.GetFullPath(authority.CertificateFile)}}"
              certificate = "{{Path.GetFullPath(certificate)}}"
              key = "{{Path.GetFullPath(key)}}"
            }
            """);
        return ExitCode.Success;
    }
}
