using System.Reflection;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>Refuses null as a key, as a value, and as a part of a tuple or array of them. Where they are encoded the codecs see to the parts.</summary>
internal static class NullCheck
{
    /// <summary>Refuses a key or value that is null.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Refuse<T>(scoped ref readonly T value) where T : allows ref struct
    {
        if (!typeof(T).IsValueType && Unsafe.As<T, object?>(ref Unsafe.AsRef(in value)) is null) throw Emitted(typeof(T));
    }

    /// <summary>Refuses a part that is null.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RefusePart<T>(T part)
    {
        if (!typeof(T).IsValueType && part is null) throw InPart(typeof(T));
    }

    private static ArgumentNullException Emitted(Type type) => new(null,
        $"A null {type.Name} was emitted. Keys and values may not be null: emit an empty value, or nothing at all.");

    private static ArgumentNullException InPart(Type type) => new(null,
        $"A tuple or array with a null {type.Name} in it was emitted. The parts of keys and values may not be null: use an empty value, or a type like int?, which knows one that is absent.");
}

/// <summary>Refuses null in values that are folded as they are and never encoded.</summary>
internal static class NullCheck<T> where T : allows ref struct
{
    // Null for nearly all types, and the check is then none.
    private static readonly Action<T>? Parts = (Action<T>?)NullCheckOfParts.Find(typeof(T));

    /// <summary>Refuses a value that is null, or has a part that is.</summary>
    /// <exception cref="ArgumentNullException">It is null, or a part of it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RefuseAll(scoped ref readonly T value)
    {
        NullCheck.Refuse(in value);
        if (Parts is { } parts) Check(parts, in value);
    }

    // The action keeps nothing of what it looks at.
    private static void Check(Action<T> parts, scoped ref readonly T value) => parts(Unsafe.AsRef(in value));
}

/// <summary>Makes the checks of types that have parts.</summary>
internal static class NullCheckOfParts
{
    /// <summary>The check of the parts of a type, an <see cref="Action{T}"/>; null where none of them can be null.</summary>
    public static object? Find(Type type)
    {
        if (type.IsSZArray) return MayBeNull(type.GetElementType()!) ? Make(nameof(Array), type.GetElementType()!) : null;
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (!arguments.Any(MayBeNull)) return null;
        if (definition == typeof(Descending<>)) return Make(nameof(Descending), arguments);
        if (definition == typeof(ValueTuple<,>)) return Make(nameof(Pair), arguments);
        if (definition == typeof(ValueTuple<,,>)) return Make(nameof(Triple), arguments);
        return definition == typeof(ValueTuple<,,,>) ? Make(nameof(Quadruple), arguments) : null;
    }

    private static bool MayBeNull(Type part) => !part.IsValueType || Find(part) is not null;

    private static object Make(string name, params Type[] arguments)
        => typeof(NullCheckOfParts).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(arguments).Invoke(null, null)!;

    private static Action<T[]> Array<T>() => elements =>
    {
        foreach (var element in elements) Part(element);
    };

    private static Action<Descending<T>> Descending<T>() => value => Part(value.Value);

    private static Action<(T1, T2)> Pair<T1, T2>() => value =>
    {
        Part(value.Item1);
        Part(value.Item2);
    };

    private static Action<(T1, T2, T3)> Triple<T1, T2, T3>() => value =>
    {
        Part(value.Item1);
        Part(value.Item2);
        Part(value.Item3);
    };

    private static Action<(T1, T2, T3, T4)> Quadruple<T1, T2, T3, T4>() => value =>
    {
        Part(value.Item1);
        Part(value.Item2);
        Part(value.Item3);
        Part(value.Item4);
    };

    private static void Part<T>(T part)
    {
        NullCheck.RefusePart(part);
        NullCheck<T>.RefuseAll(in part);
    }
}
