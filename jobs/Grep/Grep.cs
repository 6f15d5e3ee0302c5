using System.Text;
using System.Text.RegularExpressions;
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
        var pattern = Compile(options.Pattern);
        var matchingLines = job.Counter("matching lines");
        var matches = job.Counter("matches");
        var lines = job.ReadLines(job.Inputs);
        if (options.Lines)
        {
            lines.Map(() => new MatchingLines(pattern)).WriteText(job.Output);
            return;
        }
        lines
            .Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                var text = Encoding.Latin1.GetString(line.Bytes);
                var found = 0;
                foreach (var match in pattern.EnumerateMatches(text))
                {
                    output.Emit(line.Bytes.Slice(match.Index, match.Length), 1);
                    found++;
                }
                if (found == 0) return;
                matchingLines.Increment();
                matches.Add(found);
            })
            .Aggregate(Sum.Of<long>())
            .Map((Utf8 match, long count, IEmitter<(Descending<long>, byte[]), None> output) => output.Emit((new(count), match.Bytes.ToArray()), None.Value))
            .Partitions(1)
            .Reduce(((Descending<long> Count, byte[] Match) key, Values<None> _, IEmitter<Utf8, long> output) => output.Emit(new Utf8(key.Match), key.Count.Value))
            .WriteText(job.Output);
    }

    private static Regex Compile(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern)) throw new JobException(JobError.Arguments, "Which expression? Give one after the dashes: -- --pattern 'ERROR [0-9]+'.");
        try
        {
            return new Regex(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pattern)), RegexOptions.Compiled | RegexOptions.ECMAScript);
        }
        catch (RegexParseException exception)
        {
            throw new JobException(JobError.Arguments, $"'{pattern}' is no regular expression: {exception.Message} Mend it, and quote it for the shell.");
        }
    }

    /// <summary>Passes on the lines that match. The characters of a line go into one buffer that all lines share.</summary>
    private sealed class MatchingLines(Regex pattern) : IMapper<TextLine, Utf8, None>
    {
        private char[] characters = new char[4096];

        public void Map(TextLine line, IEmitter<Utf8, None> output)
        {
            if (line.Length > characters.Length) characters = new char[line.Length * 2];
            var length = Encoding.Latin1.GetChars(line.Bytes, characters);
            if (pattern.IsMatch(characters.AsSpan(0, length))) output.Emit(line, None.Value);
        }
    }
}
