using System.Globalization;
using System.Text;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>A kind whose values are ordinary ones.</summary>
internal abstract class PlainKind<T>(string name) : Kind<T>(name)
{
    /// <summary>The aggregator that sums values; null where there is none.</summary>
    public virtual Aggregator<T, T>? Sum => null;

    public sealed override T Open(object? value) => (T)value!;

    public sealed override object? Close(T value) => value;

    public sealed override void Accept(IPlainKindVisitor visitor) => visitor.Visit(this);

    public override byte[] Show(object? value) => Encoding.UTF8.GetBytes((value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString()) ?? "");
}

/// <summary>A kind of few values: some at the edges of the type, and some in its middle.</summary>
/// <param name="name">The name.</param>
/// <param name="edges">Those at the edges.</param>
/// <param name="usual">Makes one of the others of a number.</param>
internal class ListedKind<T>(string name, T[] edges, Func<int, T> usual) : PlainKind<T>(name)
{
    private const int Usual = 40;

    public override object? Make(ReadOnlySpan<byte> raw)
    {
        var hash = Hash.Of(raw);
        return hash % 4 == 0 ? edges[(int)((hash >> 8) % (ulong)edges.Length)] : usual((int)((hash >> 8) % Usual));
    }
}

/// <summary>The same for kinds that are written as JSON, too.</summary>
internal sealed class JsonKind<T>(string name, T[] edges, Func<int, T> usual) : ListedKind<T>(name, edges, usual)
{
    public override bool IsJson => true;
}

/// <summary>A kind of numbers.</summary>
internal sealed class NumberKind<T>(string name, T[] edges, Func<int, T> usual, bool isKey = true) : ListedKind<T>(name, edges, usual)
    where T : struct, System.Numerics.INumber<T>
{
    public override bool IsKey => isKey;

    public override bool IsJson => true;

    // Sums of these depend on the order, and the Sdk refuses to make them.
    public override Aggregator<T, T>? Sum => typeof(T) == typeof(float) ? null : Sdk.Sum.Of<T>();
}
