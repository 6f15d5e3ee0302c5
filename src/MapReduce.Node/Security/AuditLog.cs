using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>Who has changed what, or tried: an object of JSON a line, in a file that only its owner may read, and older files beside it. Lines are only ever added.</summary>
/// <param name="settings">Where, and how much.</param>
public sealed class AuditLog(AuditSettings settings)
{
    /// <summary>The most lines that are asked for at once.</summary>
    public const int MostLatest = 1000;

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
            using var stream = Open();
            if (IsCut(stream)) stream.Write(LineEnd);
            stream.Write(line);
        }
    }

    /// <summary>Makes sure, before anything is done, that it can be written down.</summary>
    /// <exception cref="ConfigurationException">It cannot.</exception>
    public void Require()
    {
        try
        {
            lock (gate) Open().Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The audit log '{settings.File}' (mapreduce.audit.file) cannot be written, so the node does not start: {exception.Message} Let the node's user write it, or name another file.", exception);
        }
    }

    /// <summary>The latest lines, the last first.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<AuditEntry> Latest(int count)
    {
        var latest = new List<AuditEntry>();
        lock (gate)
        {
            foreach (var file in settings.All.TakeWhile(next => latest.Count < count && File.Exists(next)))
                latest.AddRange(LastLines(file, count - latest.Count).Select(Read).OfType<AuditEntry>().Reverse());
        }
        return latest;
    }

    private FileStream Open()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(settings.File, options);
    }

    /// <summary>Goes to the end of a file. Whether a crash, or a full disk, has cut its last line, which would take with it what is written right behind.</summary>
    private static bool IsCut(FileStream stream)
    {
        if (stream.Length == 0) return false;
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() != LineEnd[0];
    }

    private void Rotate()
    {
        for (var age = settings.Files - 1; age > 0; age--)
            if (File.Exists(settings.FileOf(age - 1))) File.Move(settings.FileOf(age - 1), settings.FileOf(age), overwrite: true);
        // The last of one is the only one there is.
        if (settings.Files == 1) File.Delete(settings.File);
    }

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
