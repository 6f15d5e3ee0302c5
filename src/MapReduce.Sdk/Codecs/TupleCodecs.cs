namespace MapReduce.Sdk;

internal sealed class PairCodec<T1, T2>(CodecRegistry registry) : Codec<(T1, T2)>
{
    private readonly Codec<T1> first = registry.Value<T1>();
    private readonly Codec<T2> second = registry.Value<T2>();

    public override void Write((T1, T2) value, ByteWriter writer)
    {
        Framing.Write(first, value.Item1, writer);
        Framing.Write(second, value.Item2, writer);
    }

    public override (T1, T2) Read(ReadOnlySpan<byte> bytes) => (Framing.Read(first, ref bytes), Framing.Read(second, ref bytes));
}

internal sealed class TripleCodec<T1, T2, T3>(CodecRegistry registry) : Codec<(T1, T2, T3)>
{
    private readonly Codec<T1> first = registry.Value<T1>();
    private readonly Codec<T2> second = registry.Value<T2>();
    private readonly Codec<T3> third = registry.Value<T3>();

    public override void Write((T1, T2, T3) value, ByteWriter writer)
    {
        Framing.Write(first, value.Item1, writer);
        Framing.Write(second, value.Item2, writer);
        Framing.Write(third, value.Item3, writer);
    }

    public override (T1, T2, T3) Read(ReadOnlySpan<byte> bytes) => (Framing.Read(first, ref bytes), Framing.Read(second, ref bytes), Framing.Read(third, ref bytes));
}

internal sealed class QuadrupleCodec<T1, T2, T3, T4>(CodecRegistry registry) : Codec<(T1, T2, T3, T4)>
{
    private readonly Codec<T1> first = registry.Value<T1>();
    private readonly Codec<T2> second = registry.Value<T2>();
    private readonly Codec<T3> third = registry.Value<T3>();
    private readonly Codec<T4> fourth = registry.Value<T4>();

    public override void Write((T1, T2, T3, T4) value, ByteWriter writer)
    {
        Framing.Write(first, value.Item1, writer);
        Framing.Write(second, value.Item2, writer);
        Framing.Write(third, value.Item3, writer);
        Framing.Write(fourth, value.Item4, writer);
    }

    public override (T1, T2, T3, T4) Read(ReadOnlySpan<byte> bytes)
        => (Framing.Read(first, ref bytes), Framing.Read(second, ref bytes), Framing.Read(third, ref bytes), Framing.Read(fourth, ref bytes));
}

internal sealed class PairKeyCodec<T1, T2>(CodecRegistry registry) : KeyCodec<(T1, T2)>
{
    private readonly KeyCodec<T1> first = registry.Key<T1>();
    private readonly KeyCodec<T2> second = registry.Key<T2>();

    public override void Write((T1, T2) value, ByteWriter writer)
    {
        KeyComponents.Write(first, value.Item1, writer);
        KeyComponents.Write(second, value.Item2, writer);
    }

    public override (T1, T2) Read(ReadOnlySpan<byte> bytes) => (KeyComponents.Read(first, ref bytes), KeyComponents.Read(second, ref bytes));

    public override int PrefixLength(ReadOnlySpan<byte> bytes) => KeyComponents.Length(first, bytes);
}

internal sealed class TripleKeyCodec<T1, T2, T3>(CodecRegistry registry) : KeyCodec<(T1, T2, T3)>
{
    private readonly KeyCodec<T1> first = registry.Key<T1>();
    private readonly KeyCodec<T2> second = registry.Key<T2>();
    private readonly KeyCodec<T3> third = registry.Key<T3>();

    public override void Write((T1, T2, T3) value, ByteWriter writer)
    {
        KeyComponents.Write(first, value.Item1, writer);
        KeyComponents.Write(second, value.Item2, writer);
        KeyComponents.Write(third, value.Item3, writer);
    }

    public override (T1, T2, T3) Read(ReadOnlySpan<byte> bytes)
        => (KeyComponents.Read(first, ref bytes), KeyComponents.Read(second, ref bytes), KeyComponents.Read(third, ref bytes));

    public override int PrefixLength(ReadOnlySpan<byte> bytes) => KeyComponents.Length(first, bytes);
}

internal sealed class QuadrupleKeyCodec<T1, T2, T3, T4>(CodecRegistry registry) : KeyCodec<(T1, T2, T3, T4)>
{
    private readonly KeyCodec<T1> first = registry.Key<T1>();
    private readonly KeyCodec<T2> second = registry.Key<T2>();
    private readonly KeyCodec<T3> third = registry.Key<T3>();
    private readonly KeyCodec<T4> fourth = registry.Key<T4>();

    public override void Write((T1, T2, T3, T4) value, ByteWriter writer)
    {
        KeyComponents.Write(first, value.Item1, writer);
        KeyComponents.Write(second, value.Item2, writer);
        KeyComponents.Write(third, value.Item3, writer);
        KeyComponents.Write(fourth, value.Item4, writer);
    }

    public override (T1, T2, T3, T4) Read(ReadOnlySpan<byte> bytes)
        => (KeyComponents.Read(first, ref bytes), KeyComponents.Read(second, ref bytes), KeyComponents.Read(third, ref bytes), KeyComponents.Read(fourth, ref bytes));

    public override int PrefixLength(ReadOnlySpan<byte> bytes) => KeyComponents.Length(first, bytes);
}
