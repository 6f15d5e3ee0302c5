using System.Reflection;

namespace MapReduce.Sdk;

/// <summary>The codecs that need no registration.</summary>
internal static class BuiltInCodecs
{
    private static readonly Dictionary<Type, object> Simple = new()
    {
        [typeof(Utf8)] = Utf8Codec.Instance,
        [typeof(string)] = StringCodec.Instance,
        [typeof(None)] = NoneCodec.Instance,
        [typeof(byte[])] = new BytesCodec(),
        [typeof(long)] = Int64Codec.Instance,
        [typeof(bool)] = Integer(value => value ? 1 : 0, value => value != 0, 1),
        [typeof(byte)] = Integer(value => value, value => (byte)value, 1),
        [typeof(sbyte)] = Integer(value => value - sbyte.MinValue, value => (sbyte)(value + sbyte.MinValue), 1),
        [typeof(short)] = Integer(value => value - short.MinValue, value => (short)(value + short.MinValue), 2),
        [typeof(ushort)] = Integer(value => value, value => (ushort)value, 2),
        [typeof(char)] = Integer(value => value, value => (char)value, 2),
        [typeof(int)] = Integer(value => value - (long)int.MinValue, value => (int)(value + int.MinValue), 4),
        [typeof(uint)] = Integer(value => value, value => (uint)value, 4),
        [typeof(ulong)] = Integer(value => unchecked((long)value), value => unchecked((ulong)value), 8),
        [typeof(DateOnly)] = Integer(value => value.DayNumber, value => DateOnly.FromDayNumber((int)value), 4),
        [typeof(TimeOnly)] = Integer(value => value.Ticks, value => new TimeOnly(value), 8),
        [typeof(TimeSpan)] = Integer(value => unchecked(value.Ticks ^ long.MinValue), value => new TimeSpan(unchecked(value ^ long.MinValue)), 8),
        [typeof(Guid)] = new GuidCodec(),
        [typeof(decimal)] = new DecimalCodec(),
    };

    // Of equal keys none is told from the other; so they have one form.
    private static readonly Dictionary<Type, object> Keys = new()
    {
        [typeof(double)] = Integer(FloatBits.KeyOf, FloatBits.OfKey, 8),
        [typeof(float)] = Integer(value => FloatBits.KeyOf(value), value => (float)FloatBits.OfKey(value), 8),
        [typeof(DateTime)] = Integer(value => value.Ticks, value => new DateTime(value), 8),
        [typeof(DateTimeOffset)] = Integer(value => value.UtcTicks, value => new DateTimeOffset(value, TimeSpan.Zero), 8),
    };

    // Values come back as they went in.
    private static readonly Dictionary<Type, object> Values = new()
    {
        [typeof(double)] = Integer(FloatBits.Of, FloatBits.ToDouble, 8),
        [typeof(float)] = Integer(FloatBits.Of, FloatBits.ToSingle, 4),
        [typeof(DateTime)] = Integer(value => (value.Ticks << 2) | (long)value.Kind, value => new DateTime((long)((ulong)value >> 2), (DateTimeKind)(value & 3)), 8),
        [typeof(DateTimeOffset)] = new DateTimeOffsetCodec(),
    };

    /// <summary>The types whose equal values differ in something: as keys they have another codec than as values.</summary>
    public static IReadOnlyDictionary<Type, object> KeysOfEqualValues => Keys;

    /// <summary>The codec of <paramref name="type"/>, or null.</summary>
    public static object? Find(Type type, CodecRegistry registry, bool asKey)
    {
        if (Simple.TryGetValue(type, out var codec) || (asKey ? Keys : Values).TryGetValue(type, out codec)) return codec;
        if (type.IsEnum) return Activator.CreateInstance(typeof(EnumCodec<>).MakeGenericType(type));
        if (type.IsSZArray) return asKey ? null : Generic(typeof(ArrayCodec<>), registry, type.GetElementType()!);
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (definition == typeof(Descending<>)) return Generic(asKey ? typeof(DescendingKeyCodec<>) : typeof(DescendingCodec<>), registry, arguments);
        if (definition == typeof(Nullable<>)) return Generic(asKey ? typeof(NullableKeyCodec<>) : typeof(NullableCodec<>), registry, arguments);
        if (definition == typeof(ValueTuple<,>)) return Generic(asKey ? typeof(PairKeyCodec<,>) : typeof(PairCodec<,>), registry, arguments);
        if (definition == typeof(ValueTuple<,,>)) return Generic(asKey ? typeof(TripleKeyCodec<,,>) : typeof(TripleCodec<,,>), registry, arguments);
        if (definition == typeof(ValueTuple<,,,>)) return Generic(asKey ? typeof(QuadrupleKeyCodec<,,,>) : typeof(QuadrupleCodec<,,,>), registry, arguments);
        return null;
    }

    private static object Generic(Type codec, CodecRegistry registry, params Type[] arguments)
        // What a part lacks is said as it is thrown.
        => Activator.CreateInstance(codec.MakeGenericType(arguments), BindingFlags.DoNotWrapExceptions, null, [registry], null)!;

    private static IntegerCodec<T> Integer<T>(Func<T, long> toBits, Func<long, T> fromBits, int length) => new(toBits, fromBits, length);
}
