using System.Buffers;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace MapReduce.Storage;

/// <summary>What an output consists of; the file <c>_manifest.json</c> beside its parts.</summary>
/// <remarks>
/// The last of its properties, <c>checksum</c>, is the XXH128 of the whole file with zeros in the place of its own 32 digits, so that nothing in the file changes unseen. Manifests of older
/// programs have none and are read all the same, as long as they have only the properties that those programs knew: one whose last property has another name is damaged.
/// </remarks>
/// <param name="Job">The id of the job that wrote it.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Outputs">The outputs that are folders of parts.</param>
/// <param name="Files">The files, in the byte order of their names.</param>
/// <param name="Counters">The job's counters.</param>
public sealed record OutputManifest(string Job, string Name, IReadOnlyList<OutputLayout> Outputs, IReadOnlyList<ManifestFile> Files, IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    private const string ChecksumName = "checksum";
    private static readonly string NoChecksum = new('0', 32);
    private static readonly string[] OlderProperties = ["version", "job", "name", "outputs", "files", "counters"];

    /// <summary>The manifest as JSON.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("job", Job);
            json.WriteString("name", Name);
            json.WriteStartArray("outputs");
            foreach (var output in Outputs)
            {
                json.WriteStartObject();
                json.WriteString("name", output.Name);
                json.WriteBoolean("ranges", output.Ranges);
                if (output.Key is not null)
                {
                    json.WriteStartArray("key");
                    foreach (var column in output.Key) json.WriteStringValue(column);
                    json.WriteEndArray();
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in Files)
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteNumber("bytes", file.Bytes);
                json.WriteNumber("rows", file.Rows);
                json.WriteString("xxh128", file.Hash);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("counters");
            foreach (var (name, count) in Counters) json.WriteNumber(name, count);
            json.WriteEndObject();
            json.WriteString(ChecksumName, NoChecksum);
            json.WriteEndObject();
        }
        var bytes = buffer.WrittenSpan.ToArray();
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(XxHash128.Hash(bytes)), DigitsOf(bytes, NoChecksum));
        return bytes;
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="StorageException">It is damaged or of another version.</exception>
    public static OutputManifest Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                throw new StorageException(StorageError.Other, $"'{path}' has version {root.GetProperty("version")}, and this program reads version {Version}. Use the program that wrote it, or a newer one.");
            if (!IsAsWritten(root, bytes)) throw new StorageException(StorageError.Damaged, $"'{path}' is damaged: it is not as the job wrote it. Run the job again.");
            return new OutputManifest(
                root.GetProperty("job").GetString()!,
                root.GetProperty("name").GetString()!,
                [.. root.GetProperty("outputs").EnumerateArray().Select(output => new OutputLayout(
                    output.GetProperty("name").GetString()!,
                    output.GetProperty("ranges").GetBoolean(),
                    output.TryGetProperty("key", out var key) ? [.. key.EnumerateArray().Select(column => column.GetString()!)] : null))],
                [.. root.GetProperty("files").EnumerateArray().Select(file => new ManifestFile(
                    file.GetProperty("name").GetString()!, file.GetProperty("bytes").GetInt64(), file.GetProperty("rows").GetInt64(), file.GetProperty("xxh128").GetString()!))],
                root.GetProperty("counters").EnumerateObject().ToDictionary(counter => counter.Name, counter => counter.Value.GetInt64()));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StorageException(StorageError.Damaged, $"'{path}' is damaged: {exception.Message} Run the job again.", exception);
        }
    }

    private static bool IsAsWritten(JsonElement root, byte[] bytes)
    {
        if (!root.TryGetProperty(ChecksumName, out var checksum)) return root.EnumerateObject().All(property => OlderProperties.Contains(property.Name));
        var written = checksum.GetString() ?? "";
        var digits = written.Length == NoChecksum.Length ? DigitsOf(bytes, written) : default;
        if (digits.IsEmpty) return false;
        digits.Fill((byte)'0');
        return Convert.ToHexStringLower(XxHash128.Hash(bytes)) == written;
    }

    /// <summary>Where the digits of the checksum are; empty where they are not.</summary>
    private static Span<byte> DigitsOf(byte[] manifest, string digits)
        => manifest.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(digits)) is >= 0 and var at ? manifest.AsSpan(at, digits.Length) : default;
}

/// <summary>How the parts of an output relate, so that a program without the job's code can put them together.</summary>
/// <param name="Name">The output's name; empty for the output folder itself.</param>
/// <param name="Ranges">Whether the parts, read one after another, are in key order.</param>
/// <param name="Key">How the columns of the key at the beginning of each row compare, <c>text</c> or <c>integer</c>; null where rows do not show their order.</param>
public sealed record OutputLayout(string Name, bool Ranges, IReadOnlyList<string>? Key);

/// <summary>A file of an output.</summary>
/// <param name="Name">The path below the output folder, with '/' between folders.</param>
/// <param name="Bytes">The size.</param>
/// <param name="Rows">The number of pairs.</param>
/// <param name="Hash">The XXH128 of the bytes in hexadecimal digits.</param>
public sealed record ManifestFile(string Name, long Bytes, long Rows, string Hash);
