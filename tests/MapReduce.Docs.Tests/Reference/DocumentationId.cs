using System.Globalization;
using System.Reflection;

namespace MapReduce.Docs.Tests.Reference;

/// <summary>The names that the compiler gives to types and members in the file of their documentation.</summary>
internal static class DocumentationId
{
    public static string Of(Type type) => $"T:{NameOf(type)}";

    public static string Of(MemberInfo member) => member switch
    {
        PropertyInfo property => $"P:{NameOf(property.DeclaringType!)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        FieldInfo field => $"F:{NameOf(field.DeclaringType!)}.{field.Name}",
        EventInfo @event => $"E:{NameOf(@event.DeclaringType!)}.{@event.Name}",
        ConstructorInfo constructor => $"M:{NameOf(constructor.DeclaringType!)}.#ctor{Parameters(constructor.GetParameters())}",
        MethodInfo method => $"M:{NameOf(method.DeclaringType!)}.{method.Name}{(method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "")}{Parameters(method.GetParameters())}{(method.Name is "op_Implicit" or "op_Explicit" ? $"~{Reference(method.ReturnType)}" : "")}",
        _ => throw new NotSupportedException(member.ToString()),
    };

    private static string Parameters(ParameterInfo[] parameters) => parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Reference(parameter.ParameterType)))})";

    /// <summary>A type where it is declared: its name, with the number of its own type parameters.</summary>
    private static string NameOf(Type type) => type.DeclaringType is { } outer ? $"{NameOf(outer)}.{type.Name}" : $"{type.Namespace}.{type.Name}";

    /// <summary>A type where it is used.</summary>
    private static string Reference(Type type)
    {
        if (type.IsByRef) return Reference(type.GetElementType()!) + "@";
        if (type.IsPointer) return Reference(type.GetElementType()!) + "*";
        if (type.IsArray) return Reference(type.GetElementType()!) + (type.GetArrayRank() == 1 ? "[]" : $"[{string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank()))}]");
        if (type.IsGenericParameter) return string.Create(CultureInfo.InvariantCulture, $"{(type.DeclaringMethod is null ? "`" : "``")}{type.GenericParameterPosition}");
        if (!type.IsGenericType) return NameOf(type);
        var arguments = new Queue<Type>(type.GetGenericArguments());
        return Constructed(type.GetGenericTypeDefinition(), arguments);
    }

    /// <summary>Each of nested types takes its own arguments.</summary>
    private static string Constructed(Type definition, Queue<Type> arguments)
    {
        var before = definition.DeclaringType is { } outer ? Constructed(outer, arguments) : definition.Namespace;
        var tick = definition.Name.IndexOf('`', StringComparison.Ordinal);
        if (tick < 0) return $"{before}.{definition.Name}";
        var own = Enumerable.Range(0, int.Parse(definition.Name[(tick + 1)..], CultureInfo.InvariantCulture)).Select(_ => Reference(arguments.Dequeue()));
        return $"{before}.{definition.Name[..tick]}{{{string.Join(',', own)}}}";
    }
}
