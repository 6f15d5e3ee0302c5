using System.Globalization;
using MapReduce.Storage;

namespace MapReduce.Worker.Executors;

/// <summary>The folders that a node makes for each executor: one for the socket at which the executor finds it, and one for temporary files.</summary>
/// <remarks>
/// <para>
/// The first is <c>mr-NODE-PROCESS-STARTED-RANDOM</c> among the temporary files of the machine, where the path of the socket is short enough for
/// every system, and goes when the executor has called. The second is <c>PROCESS-STARTED-RANDOM</c> in the node's own folder, and goes with the
/// executor.
/// </para>
/// <para>
/// PROCESS and STARTED are the <see cref="ProcessIdentity"/> of the node's process, in hexadecimal digits. They tell what a process that was killed has
/// left from what one that lives still uses, an earlier life of the node in the same process included.
/// </para>
/// </remarks>
/// <param name="node">The folders of the node.</param>
internal sealed class ExecutorFolders(NodeFolders node)
{
    private const string SocketName = "s";
    private const string RehearsalName = "rehearsal";

    private static readonly string Owner = string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.Current.Id:x}-{ProcessIdentity.Current.Started:x}-");

    /// <summary>Makes a folder for a socket, which only this user may enter.</summary>
    public string MakeForSocket() => Directory.CreateTempSubdirectory(node.SocketPrefix + Owner).FullName;

    /// <summary>The path of the socket in such a folder.</summary>
    public static string SocketIn(string folder) => Path.Combine(folder, SocketName);

    /// <summary>Makes a folder for temporary files.</summary>
    public string MakeForTemporary() => Directory.CreateDirectory(Path.Combine(node.Spares, Owner + Path.GetRandomFileName())).FullName;

    /// <summary>The folder in such a one for what an executor writes while it waits, which makes and removes it.</summary>
    public static string RehearsalIn(string folder) => Path.Combine(folder, RehearsalName);

    /// <summary>Removes the folder of a socket.</summary>
    /// <remarks>Others may write among the temporary files of the machine as well: no link is followed there, and nothing is removed that this class does not make.</remarks>
    public static void RemoveOfSocket(string folder) => Removal.Try(() =>
    {
        if (!Directory.Exists(folder) || new DirectoryInfo(folder).LinkTarget is not null) return;
        File.Delete(SocketIn(folder));
        Directory.Delete(folder);
    });

    /// <summary>Removes what processes of this node have left that have ended.</summary>
    public void RemoveLeftovers()
    {
        RemoveLeftovers(Path.GetTempPath(), node.SocketPrefix, RemoveOfSocket);
        RemoveLeftovers(node.Spares, "", Removal.TryFolder);
    }

    private static void RemoveLeftovers(string parent, string prefix, Action<string> remove) => Removal.Try(() =>
    {
        if (!Directory.Exists(parent)) return;
        foreach (var folder in Directory.GetDirectories(parent, prefix + "*"))
            if (OwnerOf(Path.GetFileName(folder)[prefix.Length..]) is not { IsAlive: true }) remove(folder);
    });

    /// <summary>The process that has made a folder; null where its name tells of none.</summary>
    private static ProcessIdentity? OwnerOf(string name)
    {
        var parts = name.Split('-', 3);
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var started)
            ? new ProcessIdentity(id, started)
            : null;
    }
}
