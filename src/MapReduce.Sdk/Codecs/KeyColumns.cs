namespace MapReduce.Sdk;

/// <summary>How a key written as text sorts: what each of its columns is compared as.</summary>
internal static class KeyColumns
{
    /// <summary>Compared by bytes.</summary>
    public const string Text = "text";

    /// <summary>Compared as decimal integers.</summary>
    public const string Integer = "integer";

    private static readonly HashSet<Type> IntegerTypes =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>The columns of a key of type <paramref name="type"/> under its built-in codec; null where its text does not tell its order.</summary>
    public static IReadOnlyList<string>? Of(Type type)
    {
        if (type == typeof(None)) return [];
        if (type == typeof(Utf8) || type == typeof(string) || type == typeof(Guid)) return [Text];
        if (IntegerTypes.Contains(type)) return [Integer];
        if (!type.IsGenericType || !type.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple))) return null;
        var parts = type.GetGenericArguments().Select(Of).ToList();
        return parts.Contains(null) ? null : [.. parts.SelectMany(part => part!)];
    }

    /// <summary>The columns of a key under <paramref name="codec"/>; null where that is the author's own.</summary>
    public static IReadOnlyList<string>? Of<TKey>(KeyCodec<TKey> codec) where TKey : allows ref struct
        => codec.GetType().Assembly == typeof(KeyColumns).Assembly ? Of(typeof(TKey)) : null;
}
