using MapReduce.Sdk;

namespace SecondarySort;

/// <summary>Sorts pairs of integers by the first, then the second, with a ruler before each new first: the values of a group come sorted by the shuffle, not in memory.</summary>
public sealed class SecondarySort : IJob
{
    private const string Ruler = "------------------------------------------------";

    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<(long First, long Second), None> output) =>
        {
            var fields = line.ToString().Split(default(char[]), 2, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0) return;
            output.Emit((long.Parse(fields[0]), fields.Length > 1 ? long.Parse(fields[1]) : 0), None.Value);
        })
        .TotalOrder()
        .GroupByFirst()
        .Reduce((long first, Values<(long Second, None Value)> values, IEmitter<string, None> output) =>
        {
            output.Emit(Ruler, None.Value);
            foreach (var (second, _) in values) output.Emit($"{first}\t{second}", None.Value);
        })
        .WriteText(job.Output);
}
