using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>The exact sum of doubles, rounded once at the end, so that no order of folding shows.</summary>
/// <remarks>
/// A state is two numbers, and the sum is theirs: what an addition rounds away is a double, too, and is added to the second (D. E. Knuth, "The Art of
/// Computer Programming", 4.2.2, theorem B). Two hold what lies within some hundred bits, which is nearly all that people sum. Where they have no room, what
/// they hold goes to a <see cref="WideSum"/>, and they begin anew.
/// Encoded a state is its numbers, 8 bytes each, little-endian: none for zero, one where the sum is a double, as it mostly is. See
/// <see cref="WideSum.Write"/> for the rest, which comes before them.
/// </remarks>
internal sealed class ExactSum : Aggregator<double, ExactSum.State, double>
{
    /// <summary>The most bytes that <see cref="Encode"/> writes.</summary>
    public const int MaxEncodedLength = 2 * sizeof(double);

    /// <summary>A sum in parts.</summary>
    internal struct State
    {
        public double High;
        public double Low;

        /// <summary>What the two had no room for; null for nearly every key.</summary>
        public WideSum? Rest;
    }

    public override State Create() => default;

    public override void Add(ref State accumulator, double value)
    {
        if (!TryAdd(ref accumulator.High, ref accumulator.Low, value)) AddRest(ref accumulator, value);
    }

    public override void Merge(ref State accumulator, State other)
    {
        Add(ref accumulator, other.High);
        if (other.Low != 0) Add(ref accumulator, other.Low);
        if (accumulator.Rest is null) accumulator.Rest = other.Rest;
        else if (other.Rest is not null) accumulator.Rest.Add(other.Rest);
    }

    public override void Write(State accumulator, ByteWriter writer)
    {
        accumulator.Rest?.Write(writer);
        writer.Advance(Encode(accumulator.High, accumulator.Low, writer.GetSpan(MaxEncodedLength)));
    }

    public override State Read(ReadOnlySpan<byte> bytes)
    {
        var state = default(State);
        if (bytes.Length % sizeof(double) != 0) state.Rest = WideSum.ReadHuge(ref bytes);
        for (; !bytes.IsEmpty; bytes = bytes[sizeof(double)..]) Add(ref state, BinaryPrimitives.ReadDoubleLittleEndian(bytes));
        return state;
    }

    /// <remarks>An addition of doubles rounds once. A zero is positive, as <see cref="Create"/> has it: only two negative ones make another.</remarks>
    public override double Result(State accumulator)
        => accumulator.Rest is { } rest ? rest.RoundedWith(accumulator.High, accumulator.Low) : accumulator.High + accumulator.Low;

    public override int SizeOf(State accumulator) => Unsafe.SizeOf<State>() + (accumulator.Rest?.Size ?? 0);

    /// <summary>Adds a number to the sum of two.</summary>
    /// <returns>Whether they have room for it. If not, they are as before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAdd(ref double high, ref double low, double value)
    {
        if (!WideSum.IsOrdinary(value) || !WideSum.IsOrdinary(high)) return false;
        var sum = Sum(high, value, out var error);
        var rest = Sum(low, error, out var lost);
        if (lost != 0) return TryAddApart(ref high, ref low, sum, rest, lost);
        (high, low) = (sum, rest);
        return true;
    }

    /// <summary>Encodes the sum of two numbers.</summary>
    /// <returns>The number of bytes.</returns>
    public static int Encode(double high, double low, Span<byte> target)
    {
        if (low != 0) high = Sum(high, low, out low);
        if (high == 0) return 0;
        BinaryPrimitives.WriteDoubleLittleEndian(target, high);
        if (low == 0) return sizeof(double);
        BinaryPrimitives.WriteDoubleLittleEndian(target[sizeof(double)..], low);
        return MaxEncodedLength;
    }

    /// <summary>The rounded sum of two numbers, and what rounding has taken from it: exactly, as long as the sum does not overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum(double left, double right, out double error)
    {
        var sum = left + right;
        var rightPart = sum - left;
        error = (left - (sum - rightPart)) + (right - rightPart);
        return sum;
    }

    /// <summary>The two may have come to overlap, and have more room when they do not.</summary>
    private static bool TryAddApart(ref double high, ref double low, double sum, double rest, double lost)
    {
        sum = Sum(sum, rest, out rest);
        rest = Sum(rest, lost, out lost);
        if (lost != 0) return false;
        (high, low) = (sum, rest);
        return true;
    }

    private static void AddRest(ref State state, double value)
    {
        var rest = state.Rest ??= new WideSum();
        rest.Add(state.High);
        rest.Add(state.Low);
        rest.Add(value);
        (state.High, state.Low) = (0, 0);
    }
}
