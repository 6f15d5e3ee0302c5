using System.Reflection;
using MapReduce.Sdk;

namespace MapReduce.Fuzz;

/// <summary>The members of the Sdk that a job calls to define itself, found in its assembly: one that is added is one that some plan has to use.</summary>
internal static class ApiMembers
{
    // What authors implement or are handed rather than call; how it behaves shows in what jobs come to.
    private static readonly HashSet<Type> Handed =
    [
        typeof(IJob), typeof(Codec<>), typeof(KeyCodec<>), typeof(ByteWriter), typeof(IMapper<,,>), typeof(IReducer<,,,>), typeof(IEmitter<,>), typeof(Values<>), typeof(TaskContext), typeof(ValueList),
        typeof(RowSource<>), typeof(RowSink<,>), typeof(RowSinkWriter<,>), typeof(StoreContext), typeof(StorePiece), typeof(StoreException), typeof(JobException), typeof(Utf8), typeof(WordEnumerator),
        typeof(None), typeof(Descending<>), typeof(JoinedRow<,,>), typeof(DelimitedRow), typeof(DelimitedOptions), typeof(Aggregator<,,>), typeof(Channel),
    ];

    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(IJob).Assembly.GetExportedTypes().Where(type => !type.IsEnum && !typeof(Delegate).IsAssignableFrom(type) && !Handed.Contains(type)).SelectMany(MembersOf).Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> MembersOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        // An aggregator that is made by its constructor.
        if (type.GetConstructors().Length > 0 && type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Aggregator<,>)) return [name];
        return type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => method.GetBaseDefinition() == method && (!method.IsSpecialName || method.Name == "get_Item")).Select(method => $"{name}.{method.Name}");
    }
}
