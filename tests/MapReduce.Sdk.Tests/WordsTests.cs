using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>Words are found many bytes at a time; here they are found rune by rune, for comparison.</summary>
public sealed class WordsTests
{
    private static readonly string[] Characters = ["ä", "ß", "Ж", "中文", "ﬁ", "ʰ", "ª", "\u0301", "\uFEFF", "٣", "Ⅷ", "𝒜", "😀", "ǅ"];

    private static readonly Gen<byte[]> Pieces = Gen.OneOf(
        Gen.Char["abcXYZ"].Array[1, 20].Select(letters => Encoding.ASCII.GetBytes(letters)),
        Gen.Char[" \t-_1\0."].Select(separator => Encoding.ASCII.GetBytes([separator])),
        Gen.Int[0, Characters.Length - 1].Select(index => Encoding.UTF8.GetBytes(Characters[index])),
        Gen.Byte.Array[1, 4],
        Gen.Int[0x20, 0x1FFFF].Where(Rune.IsValid).Select(code => Encoding.UTF8.GetBytes(new Rune(code).ToString())));

    [Fact]
    public void Words_are_maximal_runs_of_letters_in_any_bytes()
        => Pieces.Array[0, 40].Sample(pieces => AssertWords([.. pieces.SelectMany(piece => piece)]), iter: 20_000);

    [Fact]
    public void Words_may_be_long_and_lie_across_blocks()
    {
        for (var before = 0; before < 140; before++)
            for (var length = 1; length < 140; length += 13) AssertWords([.. Enumerable.Repeat((byte)' ', before), .. Enumerable.Repeat((byte)'w', length), (byte)'-', (byte)'x']);
    }

    [Fact]
    public void Each_character_is_a_letter_or_none_as_Unicode_says()
    {
        for (var code = 0; code <= 0x10FFFF; code++)
            if (Rune.TryCreate(code, out var rune)) AssertWords([(byte)'a', (byte)' ', .. Encoding.UTF8.GetBytes(rune.ToString()), (byte)' ', (byte)'b']);
    }

    private static void AssertWords(byte[] text)
    {
        var actual = new List<string>();
        foreach (var word in new TextLine(text).Words()) actual.Add(Convert.ToHexString(word.Bytes));
        Assert.Equal(Expected(text), actual);
    }

    private static List<string> Expected(ReadOnlySpan<byte> text)
    {
        var words = new List<string>();
        var start = -1;
        var position = 0;
        while (position < text.Length)
        {
            var isLetter = Rune.DecodeFromUtf8(text[position..], out var rune, out var consumed) == OperationStatus.Done
                && Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;
            if (isLetter && start < 0) start = position;
            if (!isLetter && start >= 0)
            {
                words.Add(Convert.ToHexString(text[start..position]));
                start = -1;
            }
            position += consumed;
        }
        if (start >= 0) words.Add(Convert.ToHexString(text[start..]));
        return words;
    }
}
