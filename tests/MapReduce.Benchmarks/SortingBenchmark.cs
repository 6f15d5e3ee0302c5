using BenchmarkDotNet.Attributes;
using MapReduce.Engine;
using MapReduce.Engine.Sorting;

namespace MapReduce.Benchmarks;

/// <summary>Sorting a million records of 100 bytes by keys of ten, beside Array.Sort.</summary>
public class SortingBenchmark
{
    private const int Count = 1_000_000;

    private readonly byte[][] records = new byte[Count][];

    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(2);
        for (var i = 0; i < Count; i++) random.NextBytes(records[i] = new byte[100]);
    }

    [Benchmark]
    public int PairSorter()
    {
        using var sorter = new PairSorter(1L << 30, BlockCompression.None, new ScratchFiles(Path.GetTempPath()));
        foreach (var record in records) sorter.Add(record.AsSpan(0, 10), record.AsSpan(10));
        using var sorted = sorter.Finish();
        var first = 0;
        while (sorted.MoveNext()) first += sorted.Key[0];
        return first;
    }

    [Benchmark(Baseline = true)]
    public int ArraySort()
    {
        var sorted = (byte[][])records.Clone();
        Array.Sort(sorted, (left, right) => left.AsSpan(0, 10).SequenceCompareTo(right.AsSpan(0, 10)));
        return sorted.Sum(record => record[0]);
    }
}
