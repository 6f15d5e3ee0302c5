using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>Gives the bytes of typed keys and values: in place for <see cref="Utf8"/>, else encoded into a scratch buffer.</summary>
internal sealed class KeyBytes<T>(Codec<T> codec) where T : allows ref struct
{
    private readonly ByteWriter scratch = new();
    private readonly bool verbatim = codec is KeyCodec<T> && typeof(T) == typeof(Utf8) && codec.GetType().Assembly == typeof(Codec<>).Assembly;

    /// <summary>The bytes of <paramref name="value"/>, valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Of(scoped ref readonly T value)
    {
        if (typeof(T) == typeof(Utf8) && verbatim) return Unsafe.As<T, Utf8>(ref Unsafe.AsRef(in value)).Bytes;
        return Encode(in value);
    }

    private ReadOnlySpan<byte> Encode(scoped ref readonly T value)
    {
        NullCheck.Refuse(in value);
        scratch.Clear();
        codec.Write(value, scratch);
        return scratch.Written;
    }
}
