using System.IO.Compression;

namespace MapReduce.Cli.Jobs;

/// <summary>Packs the folder of a job's assembly.</summary>
internal static class Package
{
    /// <summary>Makes an archive of the assembly and all that lies beside it. The same content gives the same bytes.</summary>
    /// <returns>The path of the archive, which the caller deletes.</returns>
    public static string Make(string assembly)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(assembly))!;
        var archive = Path.Combine(Path.GetTempPath(), $"mr-{Guid.NewGuid():n}.zip");
        using var zip = ZipFile.Open(archive, ZipArchiveMode.Create);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var entry = zip.CreateEntry(Path.GetRelativePath(folder, file).Replace('\\', '/'), CompressionLevel.Fastest);
            entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = File.OpenRead(file);
            using var target = entry.Open();
            content.CopyTo(target);
        }
        return archive;
    }
}
