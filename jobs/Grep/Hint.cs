namespace Grep;

/// <summary>Finds what every match must contain and is quicker to search for than the whole expression.</summary>
internal static class Hint
{
    /// <summary>The expression without the groups and anchors that it begins and ends with: whatever matches "(^| )error[0-9]+( |$)" contains a match of "error[0-9]+".</summary>
    public static string Of(string pattern)
    {
        if (Refers(pattern)) return pattern;
        var atoms = Atoms(pattern);
        if (atoms is null) return pattern;
        var first = atoms.FindIndex(IsPlain);
        var last = atoms.FindLastIndex(IsPlain);
        return first < 0 ? pattern : string.Concat(atoms[first..(last + 1)]);
    }

    private static bool IsPlain(string atom) => atom[0] is not ('(' or '^' or '$') && !atom.StartsWith("\\b", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a group may be meant again later.</summary>
    private static bool Refers(string pattern)
    {
        for (var i = 0; i + 1 < pattern.Length; i++)
            if (pattern[i] == '\\' && (char.IsAsciiDigit(pattern[++i]) || pattern[i] == 'k')) return true;
        return false;
    }

    /// <summary>The parts of the expression that follow one another, each with its quantifier; null where it has alternatives at the top.</summary>
    private static List<string>? Atoms(string pattern)
    {
        var atoms = new List<string>();
        for (var begin = 0; begin < pattern.Length;)
        {
            if (pattern[begin] == '|') return null;
            var end = EndOfQuantifier(pattern, EndOfAtom(pattern, begin));
            atoms.Add(pattern[begin..end]);
            begin = end;
        }
        return atoms;
    }

    private static int EndOfAtom(string pattern, int begin)
    {
        switch (pattern[begin])
        {
            case '\\':
                return Math.Min(begin + 2, pattern.Length);
            case '[':
                return EndOfClass(pattern, begin);
            case '(':
                for (var i = begin + 1; i < pattern.Length;)
                {
                    if (pattern[i] == ')') return i + 1;
                    i = EndOfAtom(pattern, i);
                }
                return pattern.Length;
            default:
                return begin + 1;
        }
    }

    private static int EndOfClass(string pattern, int begin)
    {
        var i = begin + 1;
        if (i < pattern.Length && pattern[i] == '^') i++;
        // A bracket that comes first is one of the class.
        for (i++; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\') i++;
            else if (pattern[i] == ']') return i + 1;
        }
        return pattern.Length;
    }

    private static int EndOfQuantifier(string pattern, int position)
    {
        while (position < pattern.Length && pattern[position] is '*' or '+' or '?' or '{')
            position = pattern[position] == '{' ? Math.Max(position + 1, pattern.IndexOf('}', position) + 1) : position + 1;
        return position;
    }
}
