using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;

namespace MapReduce.Cli.Cluster;

/// <summary>Finds the cluster that a command means.</summary>
internal static class Connection
{
    private const string PatienceVariable = "MAPREDUCE_PATIENCE";
    private const double Usual = 20;
    private const double Most = 86_400;

    /// <summary>How long a command waits for a cluster that does not answer: as many seconds as the environment says, or else those that are usual for it.</summary>
    /// <exception cref="UserException">The environment names no number of seconds between 0 and a day.</exception>
    public static TimeSpan Patience(double usual) => Patience(Environment.GetEnvironmentVariable(PatienceVariable), usual);

    internal static TimeSpan Patience(string? wanted, double usual)
    {
        if (string.IsNullOrEmpty(wanted)) return TimeSpan.FromSeconds(usual);
        return double.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= Most
            ? TimeSpan.FromSeconds(seconds)
            : throw new UserException(ExitCode.Usage, $"{PatienceVariable} is '{wanted}', which is no number of seconds. Set it to one such as 60, or not at all.");
    }

    public static MapReduceClient Open(ConnectionOptions options)
    {
        var addresses = options.Addresses.ToList();
        if (addresses.Count > 0)
        {
            if (options.TokenFile is not { } file) throw new UserException(ExitCode.Usage, "The node asks for a token. Name the file that has it with --token-file.");
            return new MapReduceClient(addresses.Select(Parse), ReadToken(file), Handler(options.Authority), Patience(Usual));
        }
        var folder = ClusterState.FolderOf(options.Cluster);
        var state = ClusterState.Read(folder) ?? throw LocalCluster.NoCluster(folder);
        var living = state.Nodes.Where(LocalCluster.IsAlive).ToList();
        if (living.Count == 0) throw new UserException(ExitCode.Cluster, $"All nodes of the cluster in '{folder}' have ended. Start it again with mr cluster up; its jobs go on.");
        return Open(folder, living, options.TokenFile);
    }

    public static MapReduceClient Open(string folder, IReadOnlyList<NodeProcess> nodes, string? tokenFile = null)
        => new(nodes.Select(node => new Uri(node.Address)), ReadToken(tokenFile ?? ClusterState.TokenFile(folder)), Handler(null), Patience(Usual));

    private static Uri Parse(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri
        : throw new UserException(ExitCode.Usage, $"'{address}' is no address of a node. Give one such as https://node-1:4600.");

    private static string ReadToken(string file)
        => File.Exists(file) ? File.ReadAllText(file).Trim() : throw new UserException(ExitCode.Cluster, $"There is no token file '{file}'. Name the file with your token, or the cluster's.");

    /// <summary>The way to the nodes, and to nobody else: a proxy that the environment names would be given the token.</summary>
    private static SocketsHttpHandler Handler(string? authority)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), ActivityHeadersPropagator = null };
        if (authority is null) return handler;
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authority));
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            return handler;
        }
        catch (CryptographicException exception)
        {
            throw new UserException(ExitCode.Usage, $"'{authority}' is no certificate: {exception.Message} Name the authority's PEM file.");
        }
    }
}
