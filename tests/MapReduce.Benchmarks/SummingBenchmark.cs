using BenchmarkDotNet.Attributes;
using MapReduce.Local;
using MapReduce.Sdk;

namespace MapReduce.Benchmarks;

/// <summary>Four million numbers summed by key in one slot: doubles beside integers, and beside a reducer that gets every pair and adds.</summary>
public class SummingBenchmark
{
    private const int Count = 4_000_000;
    private const double UnitsOfOne = 1L << 36;

    private readonly string folder = Directory.CreateTempSubdirectory("sums-").FullName;

    /// <summary>The different keys. The map task folds nearly all pairs of few keys; those of many pass on to the reduce tasks.</summary>
    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    private string Input => Path.Combine(folder, "numbers");

    [GlobalSetup]
    public void Write() => File.WriteAllBytes(Input, [.. Enumerable.Range(0, Count).SelectMany(number => BitConverter.GetBytes(number * 2_654_435_761L))]);

    [Benchmark(Baseline = true)]
    public void Integers() => Run(numbers => numbers
        .Map((Utf8 number, IEmitter<int, long> output) => output.Emit(KeyOf(number), (long)(ShareOf(number) * UnitsOfOne))).Aggregate(Sum.Of<long>()));

    [Benchmark]
    public void Doubles() => Run(numbers => Shares(numbers).Aggregate(Sum.Of<double>()));

    [Benchmark]
    public void DoublesSelected() => Run(numbers => Shares(numbers).Aggregate(Sum.Of<double>().Select(sum => 1 - sum)));

    [Benchmark]
    public void Means() => Run(numbers => Shares(numbers).Aggregate(Mean.OfDouble()));

    [Benchmark]
    public void DoublesReduced() => Run(numbers => Shares(numbers).Reduce((int key, Values<double> shares, IEmitter<int, double> output) =>
    {
        var sum = 0.0;
        foreach (var share in shares) sum += share;
        output.Emit(key, sum);
    }));

    [GlobalCleanup]
    public void Delete() => Directory.Delete(folder, recursive: true);

    private Pairs<int, double> Shares(Source<Utf8> numbers) => numbers.Map((Utf8 number, IEmitter<int, double> output) => output.Emit(KeyOf(number), ShareOf(number)));

    private int KeyOf(Utf8 number) => (int)(BitConverter.ToUInt64(number.Bytes) % (ulong)Keys);

    private static double ShareOf(Utf8 number) => 1.0 / (1 + number.Bytes[1]);

    /// <summary>Sums, and reads the sums in a stage that writes next to nothing: numbers as text would cost more than their sums.</summary>
    private void Run<T>(Func<Source<Utf8>, Dataset<int, T>> sum) => LocalRunner.Run(
        new LocalJob("Sums", () => new Job(job => sum(job.ReadRecords(job.Inputs, sizeof(long))).Map((int key, T _, IEmitter<int, None> output) =>
        {
            if (key == 0) output.Emit(key, None.Value);
        }).WriteText(job.Output)), [Input], Path.Combine(folder, "output"), []),
        new LocalSettings { Slots = 1, Partitions = 4, Overwrite = true });

    private sealed class Job(Action<JobBuilder> define) : IJob
    {
        public void Define(JobBuilder job) => define(job);
    }
}
