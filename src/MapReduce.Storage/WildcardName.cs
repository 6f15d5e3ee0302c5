using System.Text;

namespace MapReduce.Storage;

/// <summary>Matches one name against a pattern in which <c>*</c> stands for any characters and <c>?</c> for one.</summary>
internal static class WildcardName
{
    /// <summary>Whether a whole name matches. A character is a Unicode scalar value, so an emoji is one.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        // Back to the last star is enough: what an earlier one could take, the last one can take as well.
        var afterStar = ReadOnlySpan<char>.Empty;
        var retry = ReadOnlySpan<char>.Empty;
        var hasStar = false;
        while (true)
        {
            if (!pattern.IsEmpty && pattern[0] == '*')
            {
                pattern = pattern[1..];
                afterStar = pattern;
                retry = name;
                hasStar = true;
                continue;
            }
            if (name.IsEmpty) return pattern.IsEmpty;
            var width = Width(name);
            if (!pattern.IsEmpty && pattern[0] == '?')
            {
                pattern = pattern[1..];
                name = name[width..];
            }
            else if (!pattern.IsEmpty && pattern[0] == name[0])
            {
                pattern = pattern[1..];
                name = name[1..];
            }
            else
            {
                if (!hasStar || retry.IsEmpty) return false;
                retry = retry[Width(retry)..];
                pattern = afterStar;
                name = retry;
            }
        }
    }

    private static int Width(ReadOnlySpan<char> text)
    {
        _ = Rune.DecodeFromUtf16(text, out _, out var width);
        return width;
    }
}
