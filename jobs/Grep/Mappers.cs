using System.Text.RegularExpressions;
using MapReduce.Sdk;

namespace Grep;

/// <summary>Emits the lines that match, in their order.</summary>
internal sealed class MatchingLines : IMapper<TextLine, Utf8, None>
{
    private readonly Candidates candidates;
    private IEmitter<Utf8, None>? output;

    public MatchingLines(string pattern)
    {
        var expression = new Regex(pattern, Expression.Options);
        candidates = new Candidates(pattern, (line, characters) =>
        {
            if (expression.IsMatch(characters)) output!.Emit(new Utf8(line), None.Value);
        });
    }

    public void Map(TextLine line, IEmitter<Utf8, None> output)
    {
        this.output = output;
        candidates.Add(line);
    }

    public void Close(IEmitter<Utf8, None> output)
    {
        this.output = output;
        candidates.Search();
    }
}

/// <summary>Emits each match.</summary>
internal sealed class Matches : IMapper<TextLine, Utf8, long>
{
    private readonly Candidates candidates;
    private IEmitter<Utf8, long>? output;

    public Matches(string pattern, Counter matchingLines, Counter matches)
    {
        var expression = new Regex(pattern, Expression.Options);
        candidates = new Candidates(pattern, (line, characters) =>
        {
            var found = 0;
            foreach (var match in expression.EnumerateMatches(characters))
            {
                output!.Emit(new Utf8(line.Slice(match.Index, match.Length)), 1);
                found++;
            }
            if (found == 0) return;
            matchingLines.Increment();
            matches.Add(found);
        });
    }

    public void Map(TextLine line, IEmitter<Utf8, long> output)
    {
        this.output = output;
        candidates.Add(line);
    }

    public void Close(IEmitter<Utf8, long> output)
    {
        this.output = output;
        candidates.Search();
    }
}
