using System.Globalization;
using System.Reflection;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>The text forms of types, in the invariant culture. The parts of a tuple are separated by TAB.</summary>
internal static class TextFields
{
    /// <summary>The text form of <typeparamref name="T"/>.</summary>
    /// <exception cref="JobException">There is none.</exception>
    public static TextField<T> For<T>() where T : allows ref struct => (TextField<T>)Find(typeof(T));

    private static object Find(Type type)
    {
        if (type == typeof(Utf8)) return new Utf8Field();
        if (type == typeof(string)) return new StringField();
        if (type == typeof(char)) return new CharField();
        if (type == typeof(None)) return new NoneField();
        if (type == typeof(bool)) return new BoolField();
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly)) return Make(typeof(FormattableField<>), [type], "O");
        if (type.IsByRefLike) throw Missing(type);
        if (type.IsEnum) return Make(typeof(OtherField<>), [type]);
        if (type.IsSZArray) return Make(typeof(ArrayField<>), [type.GetElementType()!]);
        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            var arguments = type.GetGenericArguments();
            if (definition == typeof(ValueTuple<,>)) return Make(typeof(PairField<,>), arguments);
            if (definition == typeof(ValueTuple<,,>)) return Make(typeof(TripleField<,,>), arguments);
            if (definition == typeof(ValueTuple<,,,>)) return Make(typeof(QuadrupleField<,,,>), arguments);
            if (definition == typeof(Nullable<>)) return Make(typeof(NullableField<>), arguments);
            if (definition == typeof(Descending<>)) return Make(typeof(DescendingField<>), arguments);
        }
        if (typeof(IUtf8SpanFormattable).IsAssignableFrom(type)) return Make(typeof(FormattableField<>), [type], "");
        var text = type.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType;
        if (text != typeof(object) && text != typeof(ValueType)) return Make(typeof(OtherField<>), [type]);
        throw Missing(type);
    }

    private static object Make(Type field, Type[] arguments, params object[] parameters) => Activator.CreateInstance(
        field.MakeGenericType(arguments), BindingFlags.DoNotWrapExceptions, null, parameters, null)!;

    private static JobException Missing(Type type) => new(JobError.Definition,
        $"{type.Name} has no text form. Override ToString in it, or map it to a string or a tuple before WriteText.");

    private static void Part<T>(TextField<T> field, T part, ByteWriter writer)
    {
        NullCheck.RefusePart(part);
        field.Write(part, writer);
    }

    private sealed class Utf8Field : TextField<Utf8>
    {
        public override void Write(scoped Utf8 value, ByteWriter writer) => writer.Write(value.Bytes);
    }

    private sealed class StringField : TextField<string>
    {
        public override void Write(string value, ByteWriter writer)
            => writer.Advance(Encoding.UTF8.GetBytes(value, writer.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    /// <summary>As a string of it. A char's own way to UTF-8 refuses a lone surrogate.</summary>
    private sealed class CharField : TextField<char>
    {
        public override void Write(char value, ByteWriter writer)
            => writer.Advance(Encoding.UTF8.GetBytes(new ReadOnlySpan<char>(in value), writer.GetSpan(Encoding.UTF8.GetMaxByteCount(1))));
    }

    private sealed class NoneField : TextField<None>
    {
        public override void Write(None value, ByteWriter writer)
        {
        }
    }

    private sealed class BoolField : TextField<bool>
    {
        public override void Write(bool value, ByteWriter writer) => writer.Write(value ? "true"u8 : "false"u8);
    }

    private sealed class FormattableField<T>(string format) : TextField<T> where T : IUtf8SpanFormattable
    {
        public override void Write(T value, ByteWriter writer)
        {
            int written;
            for (var room = 64; !value.TryFormat(writer.GetSpan(room), out written, format, CultureInfo.InvariantCulture); room *= 2)
            {
            }
            writer.Advance(written);
        }
    }

    private sealed class OtherField<T> : TextField<T>
    {
        private readonly StringField text = new();

        public override void Write(T value, ByteWriter writer)
            => text.Write((value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString()) ?? "", writer);
    }

    private sealed class ArrayField<T> : TextField<T[]>
    {
        private readonly TextField<T> field = For<T>();

        public override void Write(T[] value, ByteWriter writer)
        {
            for (var i = 0; i < value.Length; i++)
            {
                if (i > 0) writer.Write((byte)',');
                Part(field, value[i], writer);
            }
        }
    }

    private sealed class NullableField<T> : TextField<T?> where T : struct
    {
        private readonly TextField<T> field = For<T>();

        public override void Write(T? value, ByteWriter writer)
        {
            if (value is { } some) field.Write(some, writer);
        }
    }

    private sealed class DescendingField<T> : TextField<Descending<T>>
    {
        private readonly TextField<T> field = For<T>();

        public override void Write(Descending<T> value, ByteWriter writer) => Part(field, value.Value, writer);
    }

    private sealed class PairField<T1, T2> : TextField<(T1, T2)>
    {
        private readonly TextField<T1> first = For<T1>();
        private readonly TextField<T2> second = For<T2>();

        public override void Write((T1, T2) value, ByteWriter writer)
        {
            Part(first, value.Item1, writer);
            writer.Write((byte)'\t');
            Part(second, value.Item2, writer);
        }
    }

    private sealed class TripleField<T1, T2, T3> : TextField<(T1, T2, T3)>
    {
        private readonly TextField<T1> first = For<T1>();
        private readonly TextField<(T2, T3)> rest = For<(T2, T3)>();

        public override void Write((T1, T2, T3) value, ByteWriter writer)
        {
            Part(first, value.Item1, writer);
            writer.Write((byte)'\t');
            rest.Write((value.Item2, value.Item3), writer);
        }
    }

    private sealed class QuadrupleField<T1, T2, T3, T4> : TextField<(T1, T2, T3, T4)>
    {
        private readonly TextField<T1> first = For<T1>();
        private readonly TextField<(T2, T3, T4)> rest = For<(T2, T3, T4)>();

        public override void Write((T1, T2, T3, T4) value, ByteWriter writer)
        {
            Part(first, value.Item1, writer);
            writer.Write((byte)'\t');
            rest.Write((value.Item2, value.Item3, value.Item4), writer);
        }
    }
}
