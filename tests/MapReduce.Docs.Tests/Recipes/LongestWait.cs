using System.Globalization;
using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Secondary sort: the longest wait between two trains of a line. Each line's times come sorted by the shuffle, not in memory.</summary>
public sealed class LongestWait : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<(string Line, int Minute), None> output) =>
        {
            var fields = line.ToString().Split(' ');
            output.Emit((fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture)), None.Value);
        })
        .GroupByFirst()
        .Reduce((string line, Values<(int Minute, None)> trains, IEmitter<string, int> output) =>
        {
            var (previous, longest) = (-1, 0);
            foreach (var (minute, _) in trains)
            {
                if (previous >= 0) longest = Math.Max(longest, minute - previous);
                previous = minute;
            }
            output.Emit(line, longest);
        })
        .WriteText(job.Output);
}
