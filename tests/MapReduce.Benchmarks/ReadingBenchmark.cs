using BenchmarkDotNet.Attributes;
using MapReduce.Engine.Input;

namespace MapReduce.Benchmarks;

/// <summary>Reading lines of a file, beside StreamReader.</summary>
public class ReadingBenchmark
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"lines-{Guid.NewGuid():n}");
    private InputFile file = null!;

    [GlobalSetup]
    public void Write()
    {
        File.WriteAllBytes(path, Words.Text(5_000_000, (byte)'\n'));
        var info = new FileInfo(path);
        file = new InputFile(path, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    [Benchmark]
    public long TextLineReader()
    {
        var length = 0L;
        var context = new ReadContext(new RecordPosition(), new NoBadRecords(), CancellationToken.None, 1 << 20, null);
        new TextLineReader(keepCarriageReturn: false).Read(new FileSplit(0, [new FileRange(file, 0, file.Length)]), line => length += line.Length, context);
        return length;
    }

    [Benchmark(Baseline = true)]
    public long StreamReader()
    {
        using var reader = new StreamReader(path);
        var length = 0L;
        while (reader.ReadLine() is { } line) length += line.Length;
        return length;
    }

    [GlobalCleanup]
    public void Delete() => File.Delete(path);

    private sealed class NoBadRecords : IBadRecords
    {
        public bool Skips => false;

        public void OnBadRecord(Exception cause, ReadOnlySpan<byte> record)
        {
        }

        public void OnGoodRecord()
        {
        }
    }
}
