using System.Buffers.Binary;
using System.Globalization;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>An aggregator of the job's own: the number of values and the sum of their hashes. A state remembers whether a value was among them at which a mistake is made.</summary>
internal sealed class Bag<T>(Kind<T> kind, AuthorMistakes mistakes) : Aggregator<T, Bag<T>.State, string> where T : allows ref struct
{
    private const int Length = 17;

    /// <summary>A state on the heap, whose size the engine asks for.</summary>
    internal sealed class State
    {
        public long Count;
        public ulong Sum;
        public bool IsPoisoned;
    }

    /// <summary>The result for values that were shown.</summary>
    public static string ResultOf(long count, ulong sum) => string.Create(CultureInfo.InvariantCulture, $"{count}:{sum}");

    public override State Create() => new();

    public override void Add(ref State accumulator, scoped T value)
    {
        var shown = kind.Show(kind.Close(value));
        accumulator.Count++;
        // The state is changed before the value is refused.
        mistakes.Make(MistakePlace.AggregatorAdd, shown);
        accumulator.Sum += Hash.Of(shown);
        accumulator.IsPoisoned |= Poisons(mistakes, shown);
    }

    /// <summary>Whether a state with a value is one at which a mistake is made.</summary>
    public static bool Poisons(AuthorMistakes mistakes, byte[] shown)
        => mistakes.IsMadeAt(MistakePlace.AggregatorMerge, shown) || mistakes.IsMadeAt(MistakePlace.AggregatorWrite, shown) || mistakes.IsMadeAt(MistakePlace.AggregatorRead, shown)
            || mistakes.IsMadeAt(MistakePlace.AggregatorResult, shown) || mistakes.IsMadeAt(MistakePlace.AggregatorSize, shown);

    public override void Merge(ref State accumulator, State other)
    {
        Fail(MistakePlace.AggregatorMerge, accumulator.IsPoisoned || other.IsPoisoned);
        accumulator = new State { Count = accumulator.Count + other.Count, Sum = accumulator.Sum + other.Sum, IsPoisoned = accumulator.IsPoisoned || other.IsPoisoned };
    }

    public override void Write(State accumulator, ByteWriter writer)
    {
        Fail(MistakePlace.AggregatorWrite, accumulator.IsPoisoned);
        var target = writer.GetSpan(Length);
        BinaryPrimitives.WriteInt64LittleEndian(target, accumulator.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], accumulator.Sum);
        target[16] = accumulator.IsPoisoned ? (byte)1 : (byte)0;
        writer.Advance(Length);
    }

    public override State Read(ReadOnlySpan<byte> bytes)
    {
        var state = new State { Count = BinaryPrimitives.ReadInt64LittleEndian(bytes), Sum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), IsPoisoned = bytes[16] != 0 };
        Fail(MistakePlace.AggregatorRead, state.IsPoisoned);
        return state;
    }

    public override string Result(State accumulator)
    {
        Fail(MistakePlace.AggregatorResult, accumulator.IsPoisoned);
        return ResultOf(accumulator.Count, accumulator.Sum);
    }

    public override int SizeOf(State accumulator)
    {
        Fail(MistakePlace.AggregatorSize, accumulator.IsPoisoned);
        return 40;
    }

    private void Fail(MistakePlace place, bool isPoisoned)
    {
        if (isPoisoned && mistakes.Has(place)) throw new PlannedException(place);
    }
}
