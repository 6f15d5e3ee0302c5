using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>Who has changed what, or tried: an object of JSON a line, in a file that only its owner may read, and older files beside it. Lines are only ever added.</summary>
/// <param name="settings">Where, and how much.</param>
public sealed class AuditLog(AuditSettings settings)
{
    // Names and addresses are short, and what callers choose is cut.
    private const int LongestLine = 2048;

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private readonly Lock gate = new();

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(AuditEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, ApiJson.Default.AuditEntry), .. LineEnd];
        lock (gate)
        {
            if (new FileInfo(settings.File) is { Exists: true } now && now.Length + line.Length > settings.Bytes) Rotate();
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(settings.File, options);
            stream.Write(line);
        }
    }

    /// <summary>The latest lines, the last first.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<AuditEntry> Latest(int count)
    {
        var latest = new List<AuditEntry>();
        lock (gate)
        {
            for (var age = 0; age < settings.Files && latest.Count < count && File.Exists(FileOf(age)); age++)
                latest.AddRange(LastLines(FileOf(age), count - latest.Count).Select(Read).OfType<AuditEntry>().Reverse());
        }
        return latest;
    }

    private void Rotate()
    {
        for (var age = settings.Files - 1; age > 0; age--)
            if (File.Exists(FileOf(age - 1))) File.Move(FileOf(age - 1), FileOf(age), overwrite: true);
        // The last of one is the only one there is.
        if (settings.Files == 1) File.Delete(settings.File);
    }

    private string FileOf(int age) => age == 0 ? settings.File : $"{settings.File}.{age}";

    /// <summary>The last lines of a file, of which no more is read than they may take.</summary>
    private static IEnumerable<string> LastLines(string file, int count)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var from = Math.Max(0, stream.Length - ((long)count * LongestLine));
        stream.Seek(from, SeekOrigin.Begin);
        // It may have begun before.
        if (from > 0) reader.ReadLine();
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines.TakeLast(count);
    }

    /// <summary>What a line says; null where a crash, or a full disk, has cut it.</summary>
    private static AuditEntry? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ApiJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
