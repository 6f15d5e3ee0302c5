using System.Text.Json.Nodes;
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

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
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
        var issued = authority.Issue(node, hosts);
        var (trusted, certificate, key) = (Path.GetFullPath(authority.CertificateFile), Path.GetFullPath(issued.Certificate), Path.GetFullPath(issued.Key));
        if (options.Json)
        {
            Output.Json(new JsonObject { ["node"] = node, ["authority"] = trusted, ["certificate"] = certificate, ["key"] = key });
            return ExitCode.Success;
        }
        Console.WriteLine($$"""
            Give these to {{node}}, and keep authority.key to yourself:
            mapreduce.tls {
              authority = "{{trusted}}"
              certificate = "{{certificate}}"
              key = "{{key}}"
            }
            """);
        return ExitCode.Success;
    }
}
