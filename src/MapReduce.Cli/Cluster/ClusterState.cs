using System.Text.Json;
using System.Text.Json.Serialization;
using MapReduce.Node.Security;
using MapReduce.Storage;

namespace MapReduce.Cli.Cluster;

/// <summary>What is known of a cluster on this machine: the file <c>cluster.json</c> in its folder.</summary>
internal sealed record ClusterState
{
    public const int CurrentVersion = 1;
    private const string FileName = "cluster.json";

    public int Version { get; init; } = CurrentVersion;

    public required IReadOnlyList<NodeProcess> Nodes { get; init; }

    /// <summary>The folder that is meant: named, from the environment, or the user's own.</summary>
    public static string FolderOf(string? given)
    {
        if (given is not null) return Path.GetFullPath(given);
        if (Environment.GetEnvironmentVariable("MAPREDUCE_CLUSTER") is { Length: > 0 } named) return Path.GetFullPath(named);
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } home ? home : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "mapreduce", "cluster");
    }

    public static string TokenFile(string folder) => Path.Combine(folder, "token");

    public static string UsersFile(string folder) => Path.Combine(folder, UserFile.Name);

    /// <summary>Reads the state; null where there is no cluster.</summary>
    /// <exception cref="UserException">A newer program wrote it, or it is damaged.</exception>
    public static ClusterState? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), ClusterJson.Default.ClusterState)!;
            if (state.Version > CurrentVersion)
                throw new UserException(ExitCode.Cluster, $"'{folder}' holds a cluster of version {state.Version}, and this program reads up to {CurrentVersion}. Use the newer program that made it, or another folder with --folder.");
            return state;
        }
        catch (JsonException exception)
        {
            throw new UserException(ExitCode.Cluster, $"'{path}' is damaged: {exception.Message} End its processes, remove the folder, and start anew.");
        }
    }

    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, ClusterJson.Default.ClusterState));
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>A node of a cluster on this machine.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Name">Its name.</param>
/// <param name="Port">The port of the cluster's messages.</param>
/// <param name="HttpPort">The port of its API.</param>
/// <param name="ProcessId">The number of its process.</param>
/// <param name="Started">When that started, in seconds since 1970, UTC.</param>
/// <param name="Slots">How many tasks it runs at a time; null where an older program has started it.</param>
/// <param name="Settings">What it was started with beside that; null likewise.</param>
/// <param name="DataPort">The port for what nodes fetch from each other; 0 likewise.</param>
internal sealed record NodeProcess(int Number, string Name, int Port, int HttpPort, int ProcessId, long Started, int? Slots = null, IReadOnlyList<string>? Settings = null, int DataPort = 0)
{
    [JsonIgnore]
    public string Address => $"http://127.0.0.1:{HttpPort}/";

    /// <summary>The process.</summary>
    [JsonIgnore]
    public ProcessIdentity Identity => new(ProcessId, Started);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ClusterState))]
internal sealed partial class ClusterJson : JsonSerializerContext
{
}
