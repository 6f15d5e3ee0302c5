using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.Postgres;

/// <summary>How pairs become rows.</summary>
internal abstract class RowFields<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>The types of the values in order; null where only a function of the author's knows.</summary>
    public abstract IReadOnlyList<Type>? Types { get; }

    public abstract void Write(scoped TKey key, scoped TValue value, PostgresRowWriter row);
}

internal sealed class FunctionFields<TKey, TValue>(RowFunction<TKey, TValue> write) : RowFields<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override IReadOnlyList<Type>? Types => null;

    public override void Write(scoped TKey key, scoped TValue value, PostgresRowWriter row) => write(key, value, row);
}

/// <summary>The parts of the key, then those of the value.</summary>
internal sealed class PairFields<TKey, TValue> : RowFields<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly Field<TKey> key = Fields.For<TKey>();
    private readonly Field<TValue> value = Fields.For<TValue>();

    public override IReadOnlyList<Type> Types => [.. key.Types, .. value.Types];

    public override void Write(scoped TKey key, scoped TValue value, PostgresRowWriter row)
    {
        this.key.Write(key, row);
        this.value.Write(value, row);
    }
}

/// <summary>Writes a key, a value, or a part of one.</summary>
internal abstract class Field<T> where T : allows ref struct
{
    public abstract IReadOnlyList<Type> Types { get; }

    public abstract void Write(scoped T value, PostgresRowWriter row);
}

internal static class Fields
{
    /// <exception cref="JobException">Values of the type are no rows.</exception>
    public static Field<T> For<T>() where T : allows ref struct
        => typeof(T) == typeof(Utf8) ? (Field<T>)(object)new Utf8Field() : (Field<T>)Of(typeof(T));

    private static object Of(Type type)
    {
        if (type == typeof(None)) return new NoField();
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Make(typeof(NullableField<>), underlying);
        if (type.IsEnum) return Make(typeof(EnumField<>), type);
        if (type.IsGenericType && type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
        {
            return type.GetGenericArguments() switch
            {
                { Length: 2 } two => Make(typeof(PairField<,>), two),
                { Length: 3 } three => Make(typeof(TripleField<,,>), three),
                { Length: 4 } four => Make(typeof(QuadrupleField<,,,>), four),
                _ => throw NotARow(type),
            };
        }
        return Scalar(type) ?? throw NotARow(type);
    }

    private static object? Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Int64 => new ScalarField<long>((value, row) => row.Write(value)),
        TypeCode.Int32 => new ScalarField<int>((value, row) => row.Write((long)value)),
        TypeCode.Int16 => new ScalarField<short>((value, row) => row.Write((long)value)),
        TypeCode.UInt32 => new ScalarField<uint>((value, row) => row.Write((long)value)),
        TypeCode.UInt16 => new ScalarField<ushort>((value, row) => row.Write((long)value)),
        TypeCode.Byte => new ScalarField<byte>((value, row) => row.Write((long)value)),
        TypeCode.SByte => new ScalarField<sbyte>((value, row) => row.Write((long)value)),
        TypeCode.Double => new ScalarField<double>((value, row) => row.Write(value)),
        TypeCode.Single => new ScalarField<float>((value, row) => row.Write((double)value)),
        TypeCode.Decimal => new ScalarField<decimal>((value, row) => row.Write(value)),
        TypeCode.Boolean => new ScalarField<bool>((value, row) => row.Write(value)),
        TypeCode.String => new ScalarField<string>((value, row) => row.Write(value)),
        TypeCode.Char => new ScalarField<char>((value, row) => row.Write(new ReadOnlySpan<char>(in value))),
        TypeCode.DateTime => new ScalarField<DateTime>((value, row) => row.Write(value)),
        _ when type == typeof(DateTimeOffset) => new ScalarField<DateTimeOffset>((value, row) => row.Write(value)),
        _ when type == typeof(DateOnly) => new ScalarField<DateOnly>((value, row) => row.Write(value)),
        _ when type == typeof(TimeOnly) => new ScalarField<TimeOnly>((value, row) => row.Write(value)),
        _ when type == typeof(Guid) => new ScalarField<Guid>((value, row) => row.Write(value)),
        _ when type == typeof(byte[]) => new ScalarField<byte[]>((value, row) => row.Write(value)),
        _ => null,
    };

    private static object Make(Type open, params Type[] arguments) => Activator.CreateInstance(open.MakeGenericType(arguments))!;

    private static JobException NotARow(Type type) => new(JobError.Definition, $"A value of type {type.Name} has no columns. Map to numbers, texts, dates or tuples of them, or give WriteTo a function that writes the row.");
}

internal sealed class ScalarField<T>(Action<T, PostgresRowWriter> write) : Field<T>
{
    public override IReadOnlyList<Type> Types => [typeof(T)];

    public override void Write(T value, PostgresRowWriter row) => write(value, row);
}

internal sealed class Utf8Field : Field<Utf8>
{
    public override IReadOnlyList<Type> Types => [typeof(Utf8)];

    public override void Write(scoped Utf8 value, PostgresRowWriter row) => row.Write(value);
}

internal sealed class NoField : Field<None>
{
    public override IReadOnlyList<Type> Types => [];

    public override void Write(None value, PostgresRowWriter row)
    {
    }
}

/// <summary>Enumerations are numbers, as they are as keys.</summary>
internal sealed class EnumField<T> : Field<T> where T : struct, Enum
{
    public override IReadOnlyList<Type> Types => [typeof(T)];

    public override void Write(T value, PostgresRowWriter row) => row.Write(Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.As<T, sbyte>(ref value),
        2 => Unsafe.As<T, short>(ref value),
        4 => Unsafe.As<T, int>(ref value),
        _ => Unsafe.As<T, long>(ref value),
    });
}

internal sealed class NullableField<T> : Field<T?> where T : struct
{
    private readonly Field<T> part = Fields.For<T>();

    public override IReadOnlyList<Type> Types => part.Types;

    public override void Write(T? value, PostgresRowWriter row)
    {
        if (value is { } known) part.Write(known, row);
        else foreach (var _ in part.Types) row.WriteNull();
    }
}

internal sealed class PairField<T1, T2> : Field<(T1, T2)>
{
    private readonly Field<T1> first = Fields.For<T1>();
    private readonly Field<T2> second = Fields.For<T2>();

    public override IReadOnlyList<Type> Types => [.. first.Types, .. second.Types];

    public override void Write((T1, T2) value, PostgresRowWriter row)
    {
        first.Write(value.Item1, row);
        second.Write(value.Item2, row);
    }
}

internal sealed class TripleField<T1, T2, T3> : Field<(T1, T2, T3)>
{
    private readonly Field<(T1, T2)> firsts = Fields.For<(T1, T2)>();
    private readonly Field<T3> third = Fields.For<T3>();

    public override IReadOnlyList<Type> Types => [.. firsts.Types, .. third.Types];

    public override void Write((T1, T2, T3) value, PostgresRowWriter row)
    {
        firsts.Write((value.Item1, value.Item2), row);
        third.Write(value.Item3, row);
    }
}

internal sealed class QuadrupleField<T1, T2, T3, T4> : Field<(T1, T2, T3, T4)>
{
    private readonly Field<(T1, T2)> firsts = Fields.For<(T1, T2)>();
    private readonly Field<(T3, T4)> lasts = Fields.For<(T3, T4)>();

    public override IReadOnlyList<Type> Types => [.. firsts.Types, .. lasts.Types];

    public override void Write((T1, T2, T3, T4) value, PostgresRowWriter row)
    {
        firsts.Write((value.Item1, value.Item2), row);
        lasts.Write((value.Item3, value.Item4), row);
    }
}
