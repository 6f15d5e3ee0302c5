using System.Text;
using MapReduce.Local;

namespace MapReduce.Testing;

/// <summary>What a job has written.</summary>
public sealed class TestResult
{
    private readonly Dictionary<string, byte[]> files;

    private TestResult(Dictionary<string, byte[]> files, LocalReport report)
    {
        this.files = files;
        Report = report;
    }

    /// <summary>The figures of the run. Its output folder is gone.</summary>
    public LocalReport Report { get; }

    /// <summary>The rows of the job's output, part after part.</summary>
    public IReadOnlyList<string> Rows => RowsOf("");

    /// <summary>The final values of the job's counters.</summary>
    public IReadOnlyDictionary<string, long> Counters => Report.Manifest.Counters;

    /// <summary>The files by name, in the byte order of names.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => files;

    /// <summary>The rows of the named output, part after part.</summary>
    public IReadOnlyList<string> RowsOf(string name)
    {
        var text = Encoding.UTF8.GetString(Bytes(name));
        return text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    /// <summary>The bytes of the named output, part after part; or of the file of that name.</summary>
    public byte[] Bytes(string name)
    {
        if (files.TryGetValue(name, out var file)) return file;
        var prefix = name.Length == 0 ? "part-" : $"{name}/part-";
        return [.. files.Where(part => part.Key.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(part => part.Value)];
    }

    internal static TestResult Read(LocalReport report)
        => new(report.Manifest.Files.ToDictionary(file => file.Name, file => File.ReadAllBytes(Path.Combine(report.Output, file.Name))), report);
}
