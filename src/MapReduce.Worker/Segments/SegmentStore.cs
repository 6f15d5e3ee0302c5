using System.Collections.Concurrent;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Protocol;
using MapReduce.Worker.Blobs;

namespace MapReduce.Worker.Segments;

/// <summary>The map outputs that a node holds.</summary>
/// <param name="folders">Where they are.</param>
/// <param name="blobs">Where plans are.</param>
public sealed class SegmentStore(NodeFolders folders, BlobLinks blobs)
{
    private const string Prefix = "map-";

    // What was let go of each job, so that not every grant looks through its files.
    private readonly ConcurrentDictionary<string, HashSet<int>> freed = [];

    // One reference, so that requests at the same time see a digest with its own plan.
    private volatile Known? last;

    /// <summary>The file of a map attempt's output, whether or not it is there.</summary>
    public string PathOf(string job, AttemptId map) => Path.Combine(folders.Outputs(job), NameOf(map));

    /// <summary>The name of such a file.</summary>
    internal static string NameOf(AttemptId map) => $"{Prefix}{map}";

    /// <summary>Whether a map attempt has left here what reducers will ask for, if there are any.</summary>
    /// <param name="job">The job.</param>
    /// <param name="map">The attempt.</param>
    /// <param name="plan">The digest of the stage's plan.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> HasOutputAsync(string job, AttemptId map, string plan, CancellationToken cancellation)
        // Most stages shuffle, and a plan may be large.
        => File.Exists(PathOf(job, map)) || (await PlanAsync(plan, cancellation)).Reduces == 0;

    /// <summary>A reduce task's share of a map output; null where the node has no such output.</summary>
    /// <exception cref="Engine.EngineException">The output is damaged.</exception>
    public SegmentSlice? Open(string job, AttemptId map, PlanShape plan, int reduce)
    {
        var path = PathOf(job, map);
        return File.Exists(path) ? SegmentSlice.Open(path, plan, reduce) : null;
    }

    /// <summary>What serves to find the shares of reduce tasks in map outputs, of the plan with this digest.</summary>
    public async Task<PlanShape> PlanAsync(string digest, CancellationToken cancellation)
    {
        if (last is { } known && known.Digest == digest) return known.Plan;
        await using var bytes = File.OpenRead(await blobs.GetAsync(digest, [], cancellation));
        var plan = PlanShape.Read(bytes);
        last = new Known(digest, plan);
        return plan;
    }

    /// <summary>The jobs of which the node has files.</summary>
    public IReadOnlyList<string> Jobs() => Directory.Exists(folders.Jobs) ? [.. Directory.GetDirectories(folders.Jobs).Select(folder => Path.GetFileName(folder)!)] : [];

    /// <summary>The map attempts of a job whose whole outputs the node has.</summary>
    public IReadOnlyList<AttemptId> Held(string job)
    {
        var folder = folders.Outputs(job);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetFiles(folder, Prefix + "*").Select(file => AttemptId.TryParse(Path.GetFileName(file)[Prefix.Length..])).OfType<AttemptId>()];
    }

    /// <summary>Removes all files of a job that has ended.</summary>
    /// <remarks>What an attempt that is being stopped still writes goes with the next inventory.</remarks>
    public void Forget(string job)
    {
        freed.TryRemove(job, out _);
        Removal.TryFolder(folders.Job(job));
    }

    /// <summary>Removes the map outputs of stages of a job of which nobody needs them any more.</summary>
    public void Free(string job, IReadOnlyCollection<int> stages)
    {
        if (stages.Count == 0 || (freed.TryGetValue(job, out var known) && known.SetEquals(stages))) return;
        HashSet<int> now = [.. stages];
        freed[job] = now;
        foreach (var map in Held(job).Where(map => now.Contains(map.Task.Stage))) Removal.Try(() => File.Delete(PathOf(job, map)));
    }

    private sealed record Known(string Digest, PlanShape Plan);
}
