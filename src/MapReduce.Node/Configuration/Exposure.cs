using System.Data.Common;
using System.Net;
using MapReduce.Confinement;
using MapReduce.Node.Security;
using MapReduce.Storage;

namespace MapReduce.Node.Configuration;

/// <summary>A setting of a node that leaves something open.</summary>
/// <param name="Key">Its full name.</param>
/// <param name="Says">What is open, to whom, and how it is shut.</param>
public sealed record Exposure(string Key, string Says)
{
    /// <summary>All that a configuration leaves open with which a node starts.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="layers">Where they come from.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<Exposure> Of(NodeSettings settings, IReadOnlyList<ConfigurationLayer> layers, DateTimeOffset now)
        => [.. OfTransport(settings), .. OfCertificates(settings, now), .. OfUserCode(settings), .. OfConnections(settings), .. OfFiles(settings, layers)];

    private static IEnumerable<Exposure> OfTransport(NodeSettings settings)
    {
        const string Clear = "HTTP is in the clear on loopback: another user of this machine who takes the port of a node that has died gets the token of whoever calls there.";
        if (settings.IsAlone) yield return new("mapreduce.tls.certificate", $"{Clear} Make a certificate with mr certificate create.");
        else if (!settings.HttpTls) yield return new("mapreduce.http.tls", $"{Clear} Set it on, and give callers the authority: --authority FILE.");
        if (!settings.Peers.ChecksCallers) yield return new("mapreduce.tls.callers", "The certificate of a node is good for calls from any address. Set it to names, unless addresses are changed on the way.");
        if (Uri.TryCreate(settings.Telemetry.Endpoint, UriKind.Absolute, out var collector) && collector.Scheme == Uri.UriSchemeHttp && !collector.IsLoopback)
            yield return new("mapreduce.telemetry.otlp-endpoint", $"Traces, metrics and logs go to {collector.Host} in the clear. Give an address that begins with https.");
    }

    private static IEnumerable<Exposure> OfCertificates(NodeSettings settings, DateTimeOffset now)
        => ExpiryWatch.Warnings(settings, now).Select(warning => new Exposure("mapreduce.tls.certificate", warning));

    private static IEnumerable<Exposure> OfUserCode(NodeSettings settings)
    {
        const string IsolationKey = "mapreduce.executor.isolation";
        if (!settings.IsWorker) yield break;
        var confinement = settings.Worker.Confinement;
        if (settings.Worker.ExecutorVariables.Count > 0)
            yield return new("mapreduce.executor.environment", $"The code of jobs sees {string.Join(", ", settings.Worker.ExecutorVariables)} of the node's environment. Name nothing there that is a secret.");
        foreach (var exposure in OfStorage(settings)) yield return exposure;
        if (confinement.Isolation == Isolation.None)
        {
            // Nothing else of this counts then.
            yield return new(IsolationKey, "The code of jobs has all rights of the node's user: it may read the token, the keys and the journal, and end the node. Set it to standard or strict.");
            yield break;
        }
        if (Kernel.Here.Flaw(confinement.Isolation) is { } flaw) yield return new(IsolationKey, $"{flaw} Give the node a kernel that has it.");
        if (!confinement.IsStrict) yield return new(IsolationKey, "Jobs reach what other jobs have on this node. Set it to strict; the first task of a job waits some 100 ms then.");
        if (confinement.Storage.Contains("/")) yield return new("mapreduce.executor.storage", "Jobs reach all data of the node's user. Name the folders that hold data for jobs, such as [\"/data\"].");
        if (confinement.Network) yield return new("mapreduce.executor.network", "The code of jobs may call anybody over the network. Set it off where no job has to, not even a database.");
    }

    private static IEnumerable<Exposure> OfStorage(NodeSettings settings)
    {
        var (encrypts, file) = (settings.Config.GetBoolean("mapreduce.storage.encryption"), settings.Config.GetString("mapreduce.storage.key-file"));
        if (!encrypts) yield return new("mapreduce.storage.encryption", "Who gets a disk of this node reads what jobs keep there between their tasks. Set it on, on every node.");
        else if (file.Length == 0) yield return new("mapreduce.storage.key-file", "Jobs' data on disks is encrypted with keys that follow from the token of the cluster: who has that, or the disk with its file, reads it. Name a file of its own, on another disk than the node's folder.");
        else if (LocalPath.IsInside(Path.GetFullPath(file), Path.GetFullPath(settings.Folder))) yield return new("mapreduce.storage.key-file", $"'{file}' lies in the folder of the node, with the data that it keeps secret. Put it on another disk.");
    }

    private static IEnumerable<Exposure> OfConnections(NodeSettings settings)
    {
        if (settings.JournalProvider != "sqlite" && IsOpen(settings.JournalConnection)) yield return new("mapreduce.journal.connection", $"{Open("the journal")} Add SSL Mode=VerifyFull.");
        foreach (var (name, connection) in settings.Connections.Reveal().OrderBy(connection => connection.Key, StringComparer.Ordinal))
        {
            yield return new("mapreduce.connections", $"Every job may do with {name} what its user may do in the database. Give it a user that may do no more than jobs need.");
            if (IsOpen(connection)) yield return new("mapreduce.connections", $"{Open(name)} Add SSL Mode=VerifyFull to it.");
        }

        static string Open(string name) => $"The database of {name} is on another machine, and nobody checks which: its password and rows may be read on the way.";
    }

    private static IEnumerable<Exposure> OfFiles(NodeSettings settings, IReadOnlyList<ConfigurationLayer> layers)
    {
        if (Directory.Exists(settings.Folder) && PrivateFiles.IsOpen(settings.Folder))
            yield return new("mapreduce.node.folder", $"Others than its owner may look into '{settings.Folder}'. Take that right away: chmod 700 '{settings.Folder}'.");
        foreach (var file in layers.Where(layer => EffectiveSetting.Of([layer]).Any(setting => setting.IsMasked)).Select(layer => layer.Source).Where(File.Exists).Where(PrivateFiles.IsOpen))
            yield return new("mapreduce.connections", $"Others than its owner may read '{file}', which holds a password. Take that right away: chmod 600 '{file}'.");
        var key = Path.ChangeExtension(settings.Config.GetString("mapreduce.tls.authority"), ".key");
        if (File.Exists(key)) yield return new("mapreduce.tls.authority", $"Whoever gets hold of '{key}', beside it, can make nodes of this cluster. Keep that file on a machine that runs none.");
    }

    /// <summary>Whether a connection leads to another machine, whose certificate is not checked.</summary>
    private static bool IsOpen(string connection)
    {
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = connection;
        }
        catch (ArgumentException)
        {
            // Whoever opens it will say so.
            return false;
        }
        var host = Part("Host", "Server");
        var isHere = host.Length == 0 || host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        return !isHere && !Part("SSL Mode", "SslMode").StartsWith("Verify", StringComparison.OrdinalIgnoreCase);

        string Part(params string[] names) => names.Where(parts.ContainsKey).Select(name => parts[name].ToString() ?? "").FirstOrDefault("");
    }
}
