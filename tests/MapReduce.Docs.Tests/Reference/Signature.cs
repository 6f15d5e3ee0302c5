using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MapReduce.Docs.Tests.Reference;

/// <summary>Types and members as C# writes them.</summary>
internal static class Signature
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(char)] = "char", [typeof(short)] = "short", [typeof(ushort)] = "ushort",
        [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
        [typeof(string)] = "string", [typeof(object)] = "object",
    };

    /// <summary>The declaration of a type, without its members.</summary>
    public static string Declaration(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {Return(invoke)} {Name(type)}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}";
        }
        var isRecord = type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? $"{(type.IsDefined(typeof(IsReadOnlyAttribute), false) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}{(isRecord ? "record " : "")}struct"
            : $"{(type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(isRecord ? "record" : "class")}";
        var bases = type.IsEnum ? [] : (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? (Type[])[parent] : []).Concat(Interfaces(type)).Select(Reference);
        return $"{kind} {Name(type)}{(bases.Any() ? $" : {string.Join(", ", bases)}" : "")}{Constraints(type.GetGenericArguments())}";
    }

    public static string Of(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } constant when constant.DeclaringType!.IsEnum => constant.Name,
        FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Reference(field.FieldType, Nullability.Create(field))} {field.Name}{(field.IsLiteral ? $" = {Value(field.GetRawConstantValue(), field.FieldType)}" : "")}",
        PropertyInfo property => $"{Modifiers(property.GetMethod ?? property.SetMethod!)}{Reference(property.PropertyType, Nullability.Create(property))} {(property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name)} {{ {string.Join(" ", Accessors(property))} }}",
        EventInfo @event => $"event {Reference(@event.EventHandlerType!)} {@event.Name}",
        ConstructorInfo constructor => $"{Name(constructor.DeclaringType!).Split('<')[0]}({Parameters(constructor)})",
        MethodInfo { Name: "op_Implicit" or "op_Explicit" } conversion => $"static {(conversion.Name == "op_Implicit" ? "implicit" : "explicit")} operator {Reference(conversion.ReturnType)}({Parameters(conversion)})",
        MethodInfo method => $"{Modifiers(method)}{Return(method)} {method.Name}{Arguments(method.GetGenericArguments())}({Parameters(method)}){(method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "")}",
        _ => throw new NotSupportedException(member.ToString()),
    };

    /// <summary>A type's name with its type parameters, and with the types that it is nested in.</summary>
    public static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        var outer = type.DeclaringType is { } around ? $"{Name(around)}." : "";
        var before = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        return $"{outer}{type.Name.Split('`')[0]}{Arguments([.. type.GetGenericArguments().Skip(before)])}";
    }

    private static string Reference(Type type) => Reference(type, null);

    private static string Reference(Type type, NullabilityInfo? nullability)
    {
        var mark = nullability?.ReadState == NullabilityState.Nullable && type is { IsValueType: false, IsGenericParameter: false } ? "?" : "";
        if (type.IsByRef) return Reference(type.GetElementType()!, nullability?.ElementType);
        if (type.IsPointer) return Reference(type.GetElementType()!) + "*";
        if (type.IsArray) return $"{Reference(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Reference(underlying) + "?";
        if (Keywords.TryGetValue(type, out var keyword)) return keyword + mark;
        if (type.IsGenericParameter || !type.IsGenericType) return (type.IsGenericParameter ? type.Name : Name(type)) + mark;
        var arguments = type.GetGenericArguments();
        var given = nullability?.GenericTypeArguments is { } known && known.Length == arguments.Length ? arguments.Zip(known, Reference) : arguments.Select(Reference);
        if (type is { Namespace: "System" } && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal)) return $"({string.Join(", ", given)})";
        return $"{(type.DeclaringType is { } outer ? $"{Name(outer).Split('<')[0]}." : "")}{type.Name.Split('`')[0]}<{string.Join(", ", given)}>{mark}";
    }

    private static string Return(MethodInfo method)
        => $"{(method.ReturnType.IsByRef ? method.ReturnParameter.IsDefined(typeof(IsReadOnlyAttribute), false) ? "ref readonly " : "ref " : "")}{Reference(method.ReturnType, Nullability.Create(method.ReturnParameter))}";

    private static string Parameters(MethodBase method)
        => (method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var passed = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute), false) || parameter.IsDefined(typeof(ParamCollectionAttribute), false) ? "params " : "";
        return $"{passed}{Reference(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Value(parameter.DefaultValue, parameter.ParameterType)}" : "")}";
    }

    private static string Value(object? value, Type type)
    {
        if (value is not null && type.IsEnum) return $"{type.Name}.{Enum.GetName(type, value)}";
        return value switch
        {
            null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            string text => $"\"{text.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"",
            char character => $"'{(character == '\t' ? "\\t" : character == '\n' ? "\\n" : character.ToString())}'",
            bool truth => truth ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private static string Modifiers(MethodInfo method)
    {
        var access = method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "";
        if (method.IsStatic) return $"{access}static {(method.IsAbstract ? "abstract " : "")}";
        if (method.DeclaringType!.IsInterface) return "";
        return access + (method.GetBaseDefinition() != method ? "override " : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");
    }

    private static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (property.GetMethod is { } get && PublicApi.IsVisible(get)) yield return "get;";
        if (property.SetMethod is { } set && PublicApi.IsVisible(set)) yield return set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;";
    }

    private static string Arguments(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(argument => argument.IsGenericParameter ? argument.Name : Reference(argument)))}>";

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Where(parameter => parameter.IsGenericParameter).Select(parameter =>
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        List<string> constraints = [.. isStruct ? (string[])["struct"] : attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : [],
            .. parameter.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(Reference),
            .. !isStruct && attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) ? (string[])["new()"] : [],
            .. attributes.HasFlag(GenericParameterAttributes.AllowByRefLike) ? (string[])["allows ref struct"] : []];
        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }));

    /// <summary>Those that the type names itself: neither its base's, nor those that others of its own bring, nor what every record has.</summary>
    private static IEnumerable<Type> Interfaces(Type type)
    {
        var all = type.GetInterfaces().Where(each => each.IsVisible).ToList();
        return all.Except(type.BaseType?.GetInterfaces() ?? []).Except(all.SelectMany(each => each.GetInterfaces()))
            .Where(each => !(each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IEquatable<>))).OrderBy(each => each.Name, StringComparer.Ordinal);
    }
}
