using System.Reflection;
using System.Runtime.CompilerServices;

namespace MapReduce.Docs.Tests.Reference;

/// <summary>What others can use of an assembly.</summary>
internal static class PublicApi
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<Type> Types(Assembly assembly)
        => assembly.GetExportedTypes().Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false)).OrderBy(Signature.Name, StringComparer.Ordinal);

    /// <summary>The members that a type declares, without those that the compiler adds.</summary>
    public static IEnumerable<MemberInfo> Members(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate))) return [];
        if (type.IsEnum) return type.GetFields(BindingFlags.Public | BindingFlags.Static);
        return type.GetMembers(Own).Where(member => member is not Type && !member.IsDefined(typeof(CompilerGeneratedAttribute), false) && !member.Name.Contains('<', StringComparison.Ordinal)
                && member.Name is not ("PrintMembers" or "EqualityContract" or "Equals" or "GetHashCode" or "ToString" or "Deconstruct") && IsVisible(member)
                && member is not MethodInfo { IsSpecialName: true, Name: not ("op_Implicit" or "op_Explicit") })
            .OrderBy(Rank).ThenBy(member => member.Name, StringComparer.Ordinal).ThenBy(Signature.Of, StringComparer.Ordinal);
    }

    public static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed),
        FieldInfo field => field.IsPublic || ((field.IsFamily || field.IsFamilyOrAssembly) && !field.DeclaringType!.IsSealed),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        _ => false,
    };

    private static int Rank(MemberInfo member) => member switch { ConstructorInfo => 0, FieldInfo => 1, PropertyInfo => 2, EventInfo => 3, _ => 4 };
}
