namespace MapReduce.Sdk;

/// <summary>Smallest values.</summary>
public static class Min
{
    /// <summary>The smallest value of a key; of equal ones always the same, whatever the order. Strings compare by their UTF-8 bytes.</summary>
    public static Aggregator<T, T> Of<T>() => typeof(T) == typeof(long) ? (Aggregator<T, T>)(object)new LongAggregator(LongFold.Min) : new Extreme<T>(1, new CodecRegistry());
}

/// <summary>Largest values.</summary>
public static class Max
{
    /// <summary>The largest value of a key; of equal ones always the same, whatever the order. Strings compare by their UTF-8 bytes.</summary>
    public static Aggregator<T, T> Of<T>() => typeof(T) == typeof(long) ? (Aggregator<T, T>)(object)new LongAggregator(LongFold.Max) : new Extreme<T>(-1, new CodecRegistry());
}

/// <summary>The smallest or largest value in the order of its key codec, so that every machine agrees.</summary>
/// <remarks>The state is the key. Where that does not tell all of the value, it is the key as a component of a composite one, and the value.</remarks>
internal sealed class Extreme<T>(int sign, CodecRegistry registry) : Aggregator<T, byte[]?, T>
{
    private ExtremeCodecs<T>? codecs;

    // Found at the first use, unless a job has given its own before: what it registers is not known when this is made.
    private ExtremeCodecs<T> Codecs => codecs ??= ExtremeCodecs<T>.Of(registry);

    public override byte[]? Create() => null;

    public override void Add(ref byte[]? accumulator, T value)
    {
        using var rented = ScratchWriter.Rent(out var writer);
        Codecs.Write(value, writer);
        if (accumulator is null || sign * writer.Written.SequenceCompareTo(accumulator) < 0) accumulator = writer.Written.ToArray();
    }

    public override void Merge(ref byte[]? accumulator, byte[]? other)
    {
        if (other is not null && (accumulator is null || sign * other.AsSpan().SequenceCompareTo(accumulator) < 0)) accumulator = other;
    }

    public override void Write(byte[]? accumulator, ByteWriter writer) => writer.Write(accumulator);

    public override byte[] Read(ReadOnlySpan<byte> bytes) => bytes.ToArray();

    public override T Result(byte[]? accumulator) => Codecs.Read(accumulator);

    public override int SizeOf(byte[]? accumulator) => 24 + (accumulator?.Length ?? 0);

    internal override Aggregator<T, byte[]?, T> Bound(CodecRegistry codecs) => new Extreme<T>(sign, codecs) { codecs = ExtremeCodecs<T>.Of(codecs) };
}

/// <summary>How a value is encoded by which others are smaller or larger.</summary>
internal sealed class ExtremeCodecs<T>(KeyCodec<T> keys, Codec<T>? values)
{
    /// <summary>The codecs of a job.</summary>
    /// <exception cref="JobException">There is none for keys of the type.</exception>
    public static ExtremeCodecs<T> Of(CodecRegistry registry)
    {
        var keys = registry.Key<T>();
        var values = registry.Value<T>();
        return new(keys, values.GetType() == keys.GetType() && !BuiltInCodecs.KeysOfEqualValues.ContainsKey(typeof(T)) ? null : values);
    }

    public void Write(T value, ByteWriter writer)
    {
        if (values is null)
        {
            keys.Write(value, writer);
            return;
        }
        KeyComponents.Write(keys, value, writer);
        values.Write(value, writer);
    }

    public T Read(ReadOnlySpan<byte> bytes) => values is null ? keys.Read(bytes) : values.Read(bytes[KeyComponents.Length(keys, bytes)..]);
}
