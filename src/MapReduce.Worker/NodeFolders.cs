using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Worker;

/// <summary>Where a node keeps what: <c>blobs</c>, <c>packages</c>, <c>logs/JOB</c>, <c>spares</c>, and for each running job <c>jobs/JOB/outputs</c>, <c>jobs/JOB/near</c> and <c>jobs/JOB/scratch</c>.</summary>
/// <param name="root">The folder of the node.</param>
public sealed class NodeFolders(string root)
{
    /// <summary>Packages and plans, by their digest.</summary>
    public string Blobs => Path.Combine(root, "blobs");

    /// <summary>Packages, unpacked.</summary>
    public string Packages => Path.Combine(root, "packages");

    /// <summary>The folders of jobs that have not ended.</summary>
    public string Jobs => Path.Combine(root, "jobs");

    /// <summary>Logs of attempts.</summary>
    public string Logs => Path.Combine(root, "logs");

    /// <summary>Temporary files of executors.</summary>
    public string Spares => Path.Combine(root, "spares");

    /// <summary>How the names of folders begin that the node makes for sockets, among the temporary files of the machine: the path of a socket has at most 107 bytes, and that of the node's own folder may be longer.</summary>
    public string SocketPrefix => $"mr-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(root))))[..8]}-";

    /// <summary>All that belongs to a running job.</summary>
    public string Job(string job) => Path.Combine(Jobs, Name(job));

    /// <summary>The map outputs of a job.</summary>
    public string Outputs(string job) => Path.Combine(Job(job), "outputs");

    /// <summary>Map outputs of a job that other nodes of the machine hold, by names that executors of this one reach.</summary>
    public string Near(string job) => Path.Combine(Job(job), "near");

    /// <summary>Temporary files of a job's attempts.</summary>
    public string Scratch(string job) => Path.Combine(Job(job), "scratch");

    /// <summary>The logs of a job's attempts.</summary>
    public string LogsOf(string job) => Path.Combine(Logs, Name(job));

    /// <summary>The log of an attempt.</summary>
    public string Log(string job, string attempt) => Path.Combine(LogsOf(job), Name(attempt) + ".log");

    /// <summary>Whether a text may be the name of a job or an attempt.</summary>
    internal static bool IsName(string name) => name.Length is > 0 and < 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>A name from outside must stay the name of one file.</summary>
    private static string Name(string name) => IsName(name)
        ? name
        : throw new ArgumentException($"'{name}' is no name of a job or an attempt.", nameof(name));
}
