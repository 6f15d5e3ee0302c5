using System.Runtime.CompilerServices;
using System.Text;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Sequential;

/// <summary>The order of keys, as "Keys and values" of docs/writing-jobs.md has it: numbers by value, text by its UTF-8 bytes, tuples part by part. Two are one key where it calls them equal.</summary>
internal class KeyOrder : IComparer<object?>
{
    public int Compare(object? left, object? right)
    {
        // Only nullables are null here, and come before all values.
        if (left is null || right is null) return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        return (left, right) switch
        {
            (None, None) => 0,
            (byte[] a, byte[] b) => Bytes(a, b),
            (string a, string b) => Texts(a, b),
            // The order of a GUID is that of its text.
            (Guid a, Guid b) => string.CompareOrdinal(a.ToString("N"), b.ToString("N")),
            (double a, double b) => Doubles(a, b),
            (Enum a, Enum b) => Convert.ToInt64(a, null).CompareTo(Convert.ToInt64(b, null)),
            (Fussy a, Fussy b) => Texts(a.Text, b.Text),
            (Descending<string> a, Descending<string> b) => Compare(b.Value, a.Value),
            (Descending<long> a, Descending<long> b) => Compare(b.Value, a.Value),
            (ITuple a, ITuple b) => Parts(a, b),
            (IComparable a, _) => Math.Sign(a.CompareTo(right)),
            _ => throw new InvalidOperationException($"Nobody knows the order of {left.GetType().Name}."),
        };
    }

    protected virtual int Bytes(byte[] left, byte[] right) => left.AsSpan().SequenceCompareTo(right);

    /// <summary>The bytes of UTF-8 have the order of code points; a surrogate without its other half has the place of its number.</summary>
    protected virtual int Texts(string left, string right)
    {
        using var a = CodePoints(left).GetEnumerator();
        using var b = CodePoints(right).GetEnumerator();
        while (true)
        {
            var (isLeft, isRight) = (a.MoveNext(), b.MoveNext());
            if (!isLeft || !isRight) return (isLeft ? 1 : 0) - (isRight ? 1 : 0);
            if (a.Current != b.Current) return a.Current.CompareTo(b.Current);
        }
    }

    /// <summary>All NaN are one, before all numbers; both zeros are one.</summary>
    protected virtual int Doubles(double left, double right) => left.CompareTo(right);

    private int Parts(ITuple left, ITuple right)
    {
        for (var i = 0; i < left.Length; i++)
            if (Compare(left[i], right[i]) is var order and not 0) return order;
        return 0;
    }

    private static IEnumerable<int> CodePoints(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                yield return rune.Value;
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                yield return text[i];
            }
        }
    }
}

/// <summary>The order that a channel's own codec gives to its keys.</summary>
internal sealed class FallingOrder(KeyOrder order) : IComparer<object?>
{
    public int Compare(object? left, object? right) => order.Compare(right, left);
}
