using MapReduce.Protocol;
using MapReduce.Worker.Segments;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class SegmentStoreTests : IDisposable
{
    private const string Job = "job-1";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-segments-").FullName;
    private readonly SegmentStore segments;

    public SegmentStoreTests() => segments = new SegmentStore(new NodeFolders(folder), blobs: null!);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Map_outputs_that_nobody_needs_go_also_when_they_were_made_again()
    {
        // Before it has any.
        segments.Free(Job, [0]);
        Assert.Equal(["s0-m00000-a0", "s1-m00000-a0", "s10-m00000-a0"], Left([0, 1, 10], freed: []));
        segments.Free("job-2", [0, 1, 10]);
        Assert.Equal(["s10-m00000-a0"], Left([], freed: [0, 1]));
        Assert.Equal(["s1-m00000-a0", "s10-m00000-a0"], Left([1], freed: [0]));
        Assert.Equal(["s10-m00000-a0"], Left([], freed: [0, 1]));

        IEnumerable<string> Left(int[] made, int[] freed)
        {
            foreach (var stage in made)
            {
                var path = segments.PathOf(Job, new AttemptId(new TaskId(stage, TaskKind.Map, 0), 0));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, "");
            }
            segments.Free(Job, freed);
            return segments.Held(Job).Select(map => map.ToString()).Order(StringComparer.Ordinal);
        }
    }
}
