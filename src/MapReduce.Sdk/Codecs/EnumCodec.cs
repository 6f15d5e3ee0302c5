using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>Enumerations by their numbers, in eight bytes whatever their size.</summary>
internal sealed class EnumCodec<T> : KeyCodec<T> where T : struct, Enum
{
    private static readonly bool IsUnsigned = Type.GetTypeCode(typeof(T)) is TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64;

    // All but these fit into a signed number as they are.
    private static readonly long Shift = Type.GetTypeCode(typeof(T)) == TypeCode.UInt64 ? long.MinValue : 0;

    public override int? FixedLength => 8;

    public override void Write(T value, ByteWriter writer) => Int64Codec.Instance.Write(Number(value) ^ Shift, writer);

    public override T Read(ReadOnlySpan<byte> bytes)
    {
        // The lower bytes of a number are the same with a sign and without.
        var number = Int64Codec.Instance.Read(bytes) ^ Shift;
        return Unsafe.SizeOf<T>() switch
        {
            1 => Unsafe.BitCast<byte, T>(unchecked((byte)number)),
            2 => Unsafe.BitCast<short, T>(unchecked((short)number)),
            4 => Unsafe.BitCast<int, T>(unchecked((int)number)),
            _ => Unsafe.BitCast<long, T>(number),
        };
    }

    private static long Number(T value) => (Unsafe.SizeOf<T>(), IsUnsigned) switch
    {
        (1, false) => Unsafe.BitCast<T, sbyte>(value),
        (1, true) => Unsafe.BitCast<T, byte>(value),
        (2, false) => Unsafe.BitCast<T, short>(value),
        (2, true) => Unsafe.BitCast<T, ushort>(value),
        (4, false) => Unsafe.BitCast<T, int>(value),
        (4, true) => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, long>(value),
    };
}
