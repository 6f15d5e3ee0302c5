using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>Kinds of several parts. Each part but the first is made of bytes of its own, so that many share their first.</summary>
internal abstract class CompositeKind<T>(string name, params Kind[] parts) : PlainKind<T>(name)
{
    public override bool IsKey => Array.TrueForAll(parts, part => part.IsKey);

    public override byte[] Show(object? value)
    {
        var tuple = (ITuple)value!;
        return [.. Enumerable.Range(0, tuple.Length).SelectMany(part => (byte[])[(byte)'/', .. parts[part].Show(tuple[part])])];
    }

    /// <summary>The bytes that a part is made of: of the first, two thirds of all.</summary>
    protected static ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> raw, int part)
    {
        if (part == 0) return raw[..((raw.Length + 1) * 2 / 3)];
        return BitConverter.GetBytes(Hash.Mix(Hash.Of(raw) + (ulong)part));
    }
}

/// <summary>A kind of two parts, which may be grouped by its first.</summary>
internal interface IPairKind
{
    void Accept(IPairKindVisitor visitor);
}

/// <summary>Opens a kind of two parts.</summary>
internal interface IPairKindVisitor
{
    void Visit<T1, T2>(PairKind<T1, T2> kind);
}

internal sealed class PairKind<T1, T2>(string name, PlainKind<T1> first, PlainKind<T2> second, Func<Aggregator<(T1, T2), (T1, T2)>>? sum = null)
    : CompositeKind<(T1, T2)>(name, first, second), IPairKind
{
    public PlainKind<T1> First => first;

    public PlainKind<T2> Second => second;

    /// <summary>The aggregator that sums both parts; null where there is none.</summary>
    public Aggregator<(T1, T2), (T1, T2)>? SumOfPairs => sum?.Invoke();

    public override object Make(ReadOnlySpan<byte> raw) => ((T1)first.Make(Raw(raw, 0))!, (T2)second.Make(Raw(raw, 1))!);

    public void Accept(IPairKindVisitor visitor) => visitor.Visit(this);
}

internal sealed class TripleKind<T1, T2, T3>(string name, PlainKind<T1> first, PlainKind<T2> second, PlainKind<T3> third) : CompositeKind<(T1, T2, T3)>(name, first, second, third)
{
    public override object Make(ReadOnlySpan<byte> raw) => ((T1)first.Make(Raw(raw, 0))!, (T2)second.Make(Raw(raw, 1))!, (T3)third.Make(Raw(raw, 2))!);
}

internal sealed class QuadrupleKind<T1, T2, T3, T4>(string name, PlainKind<T1> first, PlainKind<T2> second, PlainKind<T3> third, PlainKind<T4> fourth)
    : CompositeKind<(T1, T2, T3, T4)>(name, first, second, third, fourth)
{
    public override object Make(ReadOnlySpan<byte> raw)
        => ((T1)first.Make(Raw(raw, 0))!, (T2)second.Make(Raw(raw, 1))!, (T3)third.Make(Raw(raw, 2))!, (T4)fourth.Make(Raw(raw, 3))!);
}

/// <summary>Keys in falling order.</summary>
internal sealed class DescendingKind<T>(string name, PlainKind<T> inner) : PlainKind<Descending<T>>(name)
{
    public override object Make(ReadOnlySpan<byte> raw) => new Descending<T>((T)inner.Make(raw)!);

    public override byte[] Show(object? value) => inner.Show(((Descending<T>)value!).Value);
}

/// <summary>Arrays of up to three elements.</summary>
internal sealed class ArrayKind<T>(string name, PlainKind<T> element) : PlainKind<T[]>(name)
{
    private const int Most = 4;

    public override bool IsKey => false;

    public override object Make(ReadOnlySpan<byte> raw)
    {
        var hash = Hash.Of(raw);
        var array = new T[hash % Most];
        for (var i = 0; i < array.Length; i++) array[i] = (T)element.Make(i == 0 ? raw : BitConverter.GetBytes(Hash.Mix(hash + (ulong)i)))!;
        return array;
    }

    public override byte[] Show(object? value) => [.. ((T[])value!).SelectMany(part => (byte[])[(byte)',', .. element.Show(part)])];
}
