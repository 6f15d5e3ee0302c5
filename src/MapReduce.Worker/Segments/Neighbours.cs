using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Worker.Segments;

/// <summary>Finds map outputs that other nodes of this machine hold.</summary>
/// <remarks>Executors that are confined do not reach folders of other nodes. There the file gets a second name in a folder that they reach, where it is on the same file system; else it is fetched.</remarks>
/// <param name="folders">The folders of this node.</param>
/// <param name="confined">Whether executors are confined.</param>
internal sealed class Neighbours(NodeFolders folders, bool confined)
{
    /// <summary>A path of an output, where the holder is a node of this machine and lets us read it; else null.</summary>
    public string? Find(Holder holder, string job, AttemptId map)
    {
        if (holder.Folder.Length == 0 || holder.Machine != Machine.Identity) return null;
        var path = Path.Combine(new NodeFolders(holder.Folder).Outputs(job), SegmentStore.NameOf(map));
        if (!confined) return File.Exists(path) ? path : null;
        var near = Path.Combine(Directory.CreateDirectory(folders.Near(job)).FullName, SegmentStore.NameOf(map));
        return Links.TryName(path, near) ? near : null;
    }
}
