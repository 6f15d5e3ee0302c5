using System.Text;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Words: maximal runs of Unicode letters; bytes that are no UTF-8 separate them.</summary>
internal static class WordsOf
{
    public static IReadOnlyList<byte[]> Text(byte[] text)
    {
        var words = new List<byte[]>();
        var start = -1;
        for (var position = 0; position < text.Length;)
        {
            var isText = Rune.DecodeFromUtf8(text.AsSpan(position), out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isText && Rune.IsLetter(rune))
            {
                if (start < 0) start = position;
            }
            else if (start >= 0)
            {
                words.Add(text[start..position]);
                start = -1;
            }
            position += length;
        }
        if (start >= 0) words.Add(text[start..]);
        return words;
    }
}
