namespace MapReduce.Sdk;

/// <summary>Smallest values.</summary>
public static class Min
{
    /// <summary>The smallest value of a key; of equal ones always the same, whatever the order. Strings compare by their UTF-8 bytes.</summary>
    public static Aggregator<T, T> Of<T>() => typeof(T) == typeof(long) ? (Aggregator<T, T>)(object)new LongAggregator(LongFold.Min) : new Extreme<T>(1);
}

/// <summary>Largest values.</summary>
public static class Max
{
    /// <summary>The largest value of a key; of equal ones always the same, whatever the order. Strings compare by their UTF-8 bytes.</summary>
    public static Aggregator<T, T> Of<T>() => typeof(T) == typeof(long) ? (Aggregator<T, T>)(object)new LongAggregator(LongFold.Max) : new Extreme<T>(-1);
}

/// <summary>The smallest or largest value in the order of its key codec, so that every machine agrees.</summary>
/// <remarks>The state is the key. Where that does not tell all of the value, it is the key as a component of a composite one, and the value.</remarks>
internal sealed class Extreme<T> : Aggregator<T, byte[]?, T>
{
    private readonly int sign;
    private readonly KeyCodec<T> keys;
    private readonly Codec<T>? values;

    /// <param name="sign">1 for the smallest, -1 for the largest.</param>
    public Extreme(int sign)
    {
        var codecs = new CodecRegistry();
        this.sign = sign;
        keys = codecs.Key<T>();
        values = codecs.Value<T>();
        if (values.GetType() == keys.GetType() && !BuiltInCodecs.KeysOfEqualValues.ContainsKey(typeof(T))) values = null;
    }

    public override byte[]? Create() => null;

    public override void Add(ref byte[]? accumulator, T value)
    {
        using var rented = ScratchWriter.Rent(out var writer);
        if (values is null)
        {
            keys.Write(value, writer);
        }
        else
        {
            KeyComponents.Write(keys, value, writer);
            values.Write(value, writer);
        }
        if (accumulator is null || sign * writer.Written.SequenceCompareTo(accumulator) < 0) accumulator = writer.Written.ToArray();
    }

    public override void Merge(ref byte[]? accumulator, byte[]? other)
    {
        if (other is not null && (accumulator is null || sign * other.AsSpan().SequenceCompareTo(accumulator) < 0)) accumulator = other;
    }

    public override void Write(byte[]? accumulator, ByteWriter writer) => writer.Write(accumulator);

    public override byte[] Read(ReadOnlySpan<byte> bytes) => bytes.ToArray();

    public override T Result(byte[]? accumulator)
        => values is null ? keys.Read(accumulator) : values.Read(accumulator.AsSpan(KeyComponents.Length(keys, accumulator)));

    public override int SizeOf(byte[]? accumulator) => 24 + (accumulator?.Length ?? 0);
}
