using MapReduce.Sdk;

namespace Grep;

/// <summary>Counts the matches of a regular expression, most frequent first, in two stages; or finds the matching lines.</summary>
/// <remarks>
/// The expression sees a line's bytes, each as one character, so that what is not UTF-8 cannot disturb it. Its classes know ASCII only; other
/// characters in it stand for their UTF-8 bytes.
/// </remarks>
public sealed class Grep : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<GrepOptions>();
        var pattern = Expression.OverBytes(options.Pattern);
        var matchingLines = job.Counter("matching lines");
        var matches = job.Counter("matches");
        var lines = job.ReadLines(job.Inputs);
        if (options.Lines)
        {
            lines.Map(() => new MatchingLines(pattern)).WriteText(job.Output);
            return;
        }
        lines
            .Map(() => new Matches(pattern, matchingLines, matches))
            .Aggregate(Sum.Of<long>())
            .Map((Utf8 match, long count, IEmitter<(Descending<long>, byte[]), None> output) => output.Emit((new(count), match.Bytes.ToArray()), None.Value))
            .Partitions(1)
            .Reduce(((Descending<long> Count, byte[] Match) key, Values<None> _, IEmitter<Utf8, long> output) => output.Emit(new Utf8(key.Match), key.Count.Value))
            .WriteText(job.Output);
    }
}
