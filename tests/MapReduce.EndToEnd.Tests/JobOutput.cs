using System.Security.Cryptography;
using System.Text;
using MapReduce.Local;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

/// <summary>A job that has run, and what it wrote. Deleted when disposed.</summary>
internal sealed class JobOutput : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    private JobOutput(Func<IJob> create, IReadOnlyList<string> inputs, IReadOnlyList<string> arguments, LocalSettings settings)
    {
        try
        {
            Report = LocalRunner.Run(new LocalJob(create().GetType().Name, create, inputs, Path.Combine(folder, "output"), arguments), settings);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public LocalReport Report { get; }

    public string Folder => Report.Output;

    public static JobOutput Of<TJob>(IReadOnlyList<string> inputs, LocalSettings settings, params string[] arguments) where TJob : IJob, new()
        => new(() => new TJob(), inputs, arguments, settings);

    /// <summary>The parts of an output, one after another.</summary>
    public byte[] Bytes(string name = "") => [.. Parts(name).SelectMany(File.ReadAllBytes)];

    /// <summary>The rows of an output in the order of the parts.</summary>
    public List<byte[]> Rows(string name = "") => Split(Bytes(name));

    /// <summary>The rows of an output sorted by their bytes, each with LF.</summary>
    public byte[] Sorted(string name = "") => SortRows(Bytes(name));

    public string Sha256(string name = "") => Hash(Bytes(name));

    public static byte[] SortRows(byte[] text) => [.. Split(text).Order(ByteOrder.Instance).SelectMany(row => row.Append((byte)'\n'))];

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string Text(byte[] row) => Encoding.UTF8.GetString(row);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private IEnumerable<string> Parts(string name)
        => Directory.GetFiles(Path.Combine(Folder, name), "part-*").Order(StringComparer.Ordinal);

    private static List<byte[]> Split(byte[] text)
    {
        var rows = new List<byte[]>();
        for (var begin = 0; begin < text.Length;)
        {
            var length = text.AsSpan(begin).IndexOf((byte)'\n');
            Assert.True(length >= 0, "The last row has no end.");
            rows.Add(text[begin..(begin + length)]);
            begin += length + 1;
        }
        return rows;
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
