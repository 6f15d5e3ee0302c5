using BenchmarkDotNet.Attributes;
using MapReduce.Sdk;

namespace MapReduce.Benchmarks;

/// <summary>Finding the words of a text, beside a plain loop over letters.</summary>
public class TokenizingBenchmark
{
    private readonly byte[] text = Words.Text(200_000, (byte)' ');

    [Benchmark]
    public int WordEnumerator()
    {
        var length = 0;
        foreach (var word in new TextLine(text).Words()) length += word.Length;
        return length;
    }

    [Benchmark(Baseline = true)]
    public int ByteByByte()
    {
        var length = 0;
        var start = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var isLetter = char.IsAsciiLetter((char)text[i]);
            if (isLetter && start < 0) start = i;
            if (isLetter || start < 0) continue;
            length += i - start;
            start = -1;
        }
        return length;
    }
}
