using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using Google.Protobuf;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>All that a state consists of as text, by reflection: a field that is added to it is compared from then on.</summary>
internal static class StateText
{
    // What is computed from the rest when it is first asked for.
    private static readonly HashSet<string> Caches = ["Durations.median", "AttemptHistory.places"];
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = [];

    public static string Of(JobState state)
    {
        var text = new StringBuilder();
        Write(text, state);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or Enum or bool or DateTimeOffset or TimeSpan or Guid or IMessage:
                text.Append(value);
                break;
            case IFormattable number when value.GetType().IsPrimitive:
                text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                text.Append(Convert.ToHexString(bytes));
                break;
            case byte[]?[] made:
                // None at all and none of any task are the same.
                WriteAll(text, made.Select((bytes, index) => (bytes, index)).Where(item => item.bytes is not null).Select(item => $"{item.index}={Convert.ToHexString(item.bytes!)}"));
                break;
            case IDictionary or IEnumerable when IsUnordered(value.GetType()):
                WriteAll(text, ((IEnumerable)value).Cast<object>().Select(Text).Order(StringComparer.Ordinal));
                break;
            case IEnumerable items:
                WriteAll(text, items.Cast<object?>().Select(Text));
                break;
            default:
                WriteFields(text, value);
                break;
        }
    }

    private static void WriteFields(StringBuilder text, object value)
    {
        var type = value.GetType();
        if (type.Name == "PendingTasks")
        {
            // The cursor and what came back before it are two ways to say which tasks wait.
            var (next, count) = ((int)Get(value, "next")!, (int)Get(value, "count")!);
            WriteAll(text, ((IEnumerable<int>)Get(value, "returned")!).Concat(Enumerable.Range(next, count - next)).Order().Select(task => $"{task}"));
            return;
        }
        text.Append('{');
        foreach (var field in FieldsOf(type))
        {
            if (Caches.Contains($"{type.Name}.{field.Name}")) continue;
            text.Append(field.Name).Append(':');
            var content = field.GetValue(value);
            // The room behind the last entry is not part of the state.
            if (type.Name == "AttemptHistory" && field.Name == "entries") content = ((IEnumerable)content!).Cast<object>().Take(((AttemptHistory)value).Count).ToList();
            Write(text, content);
            text.Append('\n');
        }
        text.Append('}');
    }

    private static void WriteAll(StringBuilder text, IEnumerable<string> items) => text.Append('[').AppendJoin(", ", items).Append(']');

    private static string Text(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static object? Get(object value, string field) => FieldsOf(value.GetType()).Single(other => other.Name == field).GetValue(value);

    private static bool IsUnordered(Type type)
        => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Dictionary<,>) || type.GetGenericTypeDefinition() == typeof(HashSet<>));

    private static FieldInfo[] FieldsOf(Type type) => Fields.GetOrAdd(type, static of =>
    {
        var all = new List<FieldInfo>();
        for (var at = of; at is not null && at != typeof(object); at = at.BaseType) all.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        return [.. all];
    });
}
