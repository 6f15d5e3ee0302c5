using BenchmarkDotNet.Attributes;
using MapReduce.Engine.Fold;

namespace MapReduce.Benchmarks;

/// <summary>Folding a million words, beside a dictionary of strings.</summary>
public class FoldingBenchmark
{
    private readonly byte[][] words = Words.Draw(1_000_000);
    private string[] strings = [];

    [GlobalSetup]
    public void Decode() => strings = [.. words.Select(word => System.Text.Encoding.ASCII.GetString(word))];

    [Benchmark]
    public long CombiningTable()
    {
        var sink = new Sink();
        using var table = new CombiningTable<LongState<SumOperation>>(64 << 20, sink);
        foreach (var word in words) table.Add(word, 1);
        table.Flush();
        return sink.Total;
    }

    [Benchmark(Baseline = true)]
    public long DictionaryOfStrings()
    {
        var counts = new Dictionary<string, long>();
        foreach (var word in strings) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        return counts.Values.Sum();
    }

    private sealed unsafe class Sink : IFoldSink
    {
        public long Total { get; private set; }

        public void Take(FoldEntry* entry) => Total += entry->State;
    }
}
