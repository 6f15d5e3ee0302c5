using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>The exact sum of doubles, rounded once at the end, so that no order of folding shows.</summary>
/// <remarks>
/// A state is two numbers, and the sum is theirs: what an addition rounds away is a double, too, and is added to the second (D. E. Knuth, "The Art of
/// Computer Programming", 4.2.2, theorem B). Two hold what lies within some hundred bits, which is nearly all that people sum; what they have no room for,
/// and what is not <see cref="WideSum.IsOrdinary"/>, goes to a <see cref="WideSum"/>.
/// Encoded a state is its numbers, 8 bytes each, little-endian: none for zero, one where the sum is a double, as it mostly is. See
/// <see cref="WideSum.Write"/> for the rest, which comes before them.
/// </remarks>
internal sealed class ExactSum : Aggregator<double, ExactSum.State, double>
{
    /// <summary>A sum in parts.</summary>
    internal struct State
    {
        public double High;
        public double Low;

        /// <summary>What the two have no room for; null for nearly every key.</summary>
        public WideSum? Rest;
    }

    public override State Create() => default;

    public override void Add(ref State accumulator, double value)
    {
        if (!WideSum.IsOrdinary(value))
        {
            (accumulator.Rest ??= new WideSum()).Add(value);
            return;
        }
        accumulator.High = Sum(accumulator.High, value, out var error);
        accumulator.Low = Sum(accumulator.Low, error, out var rest);
        if (rest != 0) AddRest(ref accumulator, rest);
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
        var high = Sum(accumulator.High, accumulator.Low, out var low);
        if (high != 0) WriteDouble(high, writer);
        if (low != 0) WriteDouble(low, writer);
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

    internal static void WriteDouble(double value, ByteWriter writer)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(sizeof(double)), value);
        writer.Advance(sizeof(double));
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

    private static void AddRest(ref State state, double rest)
    {
        // The two numbers may overlap, and have more room when they do not.
        state.High = Sum(state.High, state.Low, out var low);
        state.Low = Sum(low, rest, out rest);
        if (rest != 0) (state.Rest ??= new WideSum()).Add(rest);
    }
}
