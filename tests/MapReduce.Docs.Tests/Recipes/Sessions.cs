using System.Globalization;
using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Sessions: a visit ends when its client is silent for half an hour. The shuffle brings each client's times in order.</summary>
public sealed class Sessions : IJob
{
    private const long Silence = 30 * 60;

    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<(string Client, long Second), None> output) =>
        {
            var fields = line.ToString().Split(' ');
            output.Emit((fields[0], long.Parse(fields[1], CultureInfo.InvariantCulture)), None.Value);
        })
        .GroupByFirst()
        .Reduce((string client, Values<(long Second, None)> times, IEmitter<string, (long Begin, long End)> output) =>
        {
            (long Begin, long End)? visit = null;
            foreach (var (second, _) in times)
            {
                if (visit is { } over && second - over.End > Silence)
                {
                    output.Emit(client, over);
                    visit = null;
                }
                visit = (visit?.Begin ?? second, second);
            }
            if (visit is { } last) output.Emit(client, last);
        })
        .WriteText(job.Output);
}
