using System.IO.Compression;
using System.Text.Json;
using MapReduce.Fuzz.Checks;
using MapReduce.Fuzz.Inputs;
using MapReduce.Fuzz.Sequential;
using MapReduce.FuzzJobs.Stores;
using MapReduce.Storage;

namespace MapReduce.Fuzz.Runs;

/// <summary>Looks at what a run has published.</summary>
internal static class PublishedOutput
{
    private const string Quarantine = "_quarantine/";

    /// <summary>Adds what is in the output folder to what is known of a run that succeeded.</summary>
    public static Observation Read(Observation observation, string output, string store, InputFiles inputs)
    {
        var manifest = OutputManifest.Read(Path.Combine(output, OutputFolder.ManifestName));
        var files = manifest.Files.ToDictionary(file => file.Name, file => Unpacked(File.ReadAllBytes(Path.Combine(output, file.Name))));
        var unknown = Directory.GetFiles(output, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(output, path)).Where(name => name != OutputFolder.ManifestName && !files.ContainsKey(name));
        return observation with
        {
            Manifest = manifest,
            Files = files,
            Damaged = [.. OutputContent.FindDamaged(output, manifest).Select(damaged => $"{damaged.Name}: {damaged.Fault}")],
            Quarantine = [.. files.Where(file => file.Key.StartsWith(Quarantine, StringComparison.Ordinal)).SelectMany(file => Lines(file.Value)).Select(line => Skipped(line, inputs))],
            Tables = Tables(store),
            Left = [.. observation.Left, .. unknown.Select(name => $"a file that the manifest does not know: {name}")],
        };
    }

    /// <summary>The rows that are committed, by table.</summary>
    public static Dictionary<string, IReadOnlyList<string>> Tables(string store)
        => !Directory.Exists(store) ? [] : Directory.GetFiles(store, "*" + FolderStore.Committed).GroupBy(path => Path.GetFileName(path).Split('.')[0])
            .ToDictionary(table => table.Key, table => (IReadOnlyList<string>)Rows.Of(Bytes.Joined(table.Select(File.ReadAllBytes))));

    private static IEnumerable<byte[]> Lines(byte[] bytes)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            yield return bytes[start..end];
            start = end + 1;
        }
    }

    /// <summary>A record of the quarantine, with as much as is promised of one of its source.</summary>
    private static SkippedRecord Skipped(byte[] line, InputFiles inputs)
    {
        using var document = JsonDocument.Parse(line);
        var record = document.RootElement;
        var file = record.GetProperty("File").GetString()!;
        var isExact = inputs.At(file) is { File.Content.Rows.Count: 0 };
        return new SkippedRecord(file, isExact ? record.GetProperty("Offset").GetInt64() : -1, isExact ? record.GetProperty("Base64").GetString() : null);
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        if (bytes is [0x1F, 0x8B, ..]) return Read(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));
        return bytes is [0x28, 0xB5, 0x2F, 0xFD, ..] ? Read(new ZstdSharp.DecompressionStream(new MemoryStream(bytes), leaveOpen: false)) : bytes;
    }

    private static byte[] Read(Stream packed)
    {
        using (packed)
        {
            using var plain = new MemoryStream();
            packed.CopyTo(plain);
            return plain.ToArray();
        }
    }
}

/// <summary>Rows whose order is not known, so that they can be compared.</summary>
internal static class Rows
{
    /// <summary>The pieces between the ends of lines, sorted: the same for the same rows in any order.</summary>
    public static string[] Of(byte[] bytes) => [.. System.Text.Encoding.Latin1.GetString(bytes).Split('\n').Order(StringComparer.Ordinal)];
}
