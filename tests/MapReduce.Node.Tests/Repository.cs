using System.IO.Compression;
using MapReduce.Api;

namespace MapReduce.Node.Tests;

/// <summary>What lies around the tests: the repository, and the jobs that were built with them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Packs a job from the folder that its own project builds.</summary>
    public static string Pack(string project, string folder)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var parent = project.StartsWith("MapReduce.", StringComparison.Ordinal) ? "tests" : "jobs";
        var archive = Path.Combine(folder, $"{Guid.NewGuid():n}.zip");
        ZipFile.CreateFromDirectory(Path.Combine(Root, parent, project, "bin", configuration, "net10.0"), archive, CompressionLevel.Fastest, includeBaseDirectory: false);
        return archive;
    }

    /// <summary>Submits a job of a project.</summary>
    public static async Task<string> SubmitAsync(this MapReduceClient client, string project, string folder, Func<SubmitRequest, SubmitRequest> with)
    {
        var package = await client.UploadAsync(Pack(project, folder));
        var receipt = await client.SubmitAsync(with(new SubmitRequest { Package = package.Digest, Assembly = $"{project}.dll", Output = Path.Combine(folder, "out") }));
        return receipt.Id;
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MapReduce.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
