using System.Text;
using System.Text.RegularExpressions;
using MapReduce.Sdk;

namespace Grep;

/// <summary>Does something with a line that may match.</summary>
/// <param name="line">The line's bytes.</param>
/// <param name="characters">The same, each byte as a character.</param>
internal delegate void CandidateAction(ReadOnlySpan<byte> line, ReadOnlySpan<char> characters);

/// <summary>Passes over lines that cannot match, many at a time: most lines match nothing, and a search has a price of its own.</summary>
/// <remarks>
/// In a batch <c>^</c> and <c>$</c> mean the ends of lines, so that a match within a line is found in the batch too, or lies in one that
/// begins before it. A match may also run over the end of a line: what a batch finds is only a hint, and each line that it touches is a
/// candidate. Expressions whose matches could be hidden by what follows their line are searched line by line.
/// </remarks>
internal sealed class Candidates(string pattern, CandidateAction action)
{
    private const int BatchLength = 32 << 10;

    private readonly Regex? hint = CanRunOverLines(pattern) ? new Regex(Hint.Of(pattern), Expression.Options | RegexOptions.Multiline) : null;
    private readonly List<int> ends = [];
    private char[] characters = new char[2 * BatchLength];
    private byte[] bytes = new byte[2 * BatchLength];
    private int length;

    /// <summary>Adds a line; the action may run now, later, or never.</summary>
    public void Add(TextLine line)
    {
        var needed = length + line.Length + 1;
        if (needed > bytes.Length)
        {
            Array.Resize(ref bytes, needed * 2);
            Array.Resize(ref characters, needed * 2);
        }
        line.Bytes.CopyTo(bytes.AsSpan(length));
        bytes[needed - 1] = (byte)'\n';
        length = needed;
        ends.Add(needed);
        if (length >= BatchLength) Search();
    }

    /// <summary>Searches the lines that are left.</summary>
    public void Search()
    {
        Encoding.Latin1.GetChars(bytes.AsSpan(0, length), characters);
        if (hint is null)
        {
            for (var number = 0; number < ends.Count; number++) Give(number);
        }
        else
        {
            SearchBatch(hint);
        }
        length = 0;
        ends.Clear();
    }

    private void SearchBatch(Regex hint)
    {
        var next = 0;
        // Behind the end of the last line there is no line, and none may be found there.
        foreach (var match in hint.EnumerateMatches(characters.AsSpan(0, Math.Max(0, length - 1))))
        {
            next = Math.Max(next, LineAt(match.Index));
            for (var last = LineAt(match.Index + match.Length); next <= last && next < ends.Count; next++) Give(next);
        }
    }

    private int LineAt(int position)
    {
        var found = ends.BinarySearch(position + 1);
        return found < 0 ? ~found : found;
    }

    private void Give(int number)
    {
        var begin = number == 0 ? 0 : ends[number - 1];
        var end = ends[number] - 1;
        action(bytes.AsSpan(begin, end - begin), characters.AsSpan(begin, end - begin));
    }

    /// <summary>Whether every match within a line shows when several lines are searched at once: not sure with looking around or with anchors of the whole text.</summary>
    private static bool CanRunOverLines(string pattern)
        => !pattern.Contains("(?", StringComparison.Ordinal) && !pattern.Contains("\\A", StringComparison.Ordinal)
            && !pattern.Contains("\\Z", StringComparison.OrdinalIgnoreCase) && !pattern.Contains("\\G", StringComparison.Ordinal);
}
