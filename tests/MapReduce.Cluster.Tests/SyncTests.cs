using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What <c>--sync</c> makes of the end of a job, by the system calls of the job master's node.</summary>
[Collection(SharedCluster.Name)]
public sealed class SyncTests(SharedCluster shared)
{
    [SlowDiskTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Manifest_folders_and_rename_are_synced_where_that_is_asked(bool isAsked)
    {
        var cluster = shared.Cluster;
        var name = isAsked ? "synced" : "not-synced";
        var folder = Directory.CreateDirectory(cluster[name]).FullName;
        var text = cluster.Write($"{name}/in", "a few words\n");
        string[] sync = isAsked ? ["--sync"] : [];
        // All syncs are of interest, and none is to last.
        using var disk = new SlowDisk(cluster.Nodes[await cluster.MasterAsync()], TimeSpan.FromMilliseconds(1), Path.Combine(folder, "trace"));
        var job = cluster.Submit([Mr.Job("WordCount"), "--input", text, "--output", Path.Combine(folder, "out"), .. sync]);
        var details = await cluster.Client.WaitAsync(job);
        Assert.Equal((null, "succeeded"), (details.Failure?.Message, details.Phase));
        var staging = Path.Combine(folder, $".out.mr-{job}");
        var synced = disk.Synced.ToHashSet();
        // The rename is an entry of the folder around the output.
        foreach (var path in (string[])[Path.Combine(staging, "out"), staging, folder]) Assert.Equal((path, isAsked), (path, synced.Contains(path)));
        // Until it is whole the manifest has another name, which has an extension, as no folder has there.
        Assert.Equal(isAsked, synced.Any(path => Path.GetDirectoryName(path) == staging && Path.HasExtension(path)));
    }
}
