using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MapReduce.Api;

namespace MapReduce.Cli;

/// <summary>Writes JSON for programs.</summary>
internal static class Output
{
    public static void Json(JsonNode node)
    {
        using (var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true })) node.WriteTo(writer);
        Console.WriteLine();
    }

    public static void Json<T>(T value, JsonTypeInfo<T> type) => Json(JsonSerializer.SerializeToNode(value, type)!);

    public static void JsonLine(JobEventDetails value) => Console.WriteLine(JsonSerializer.Serialize(value, ApiJson.Default.JobEventDetails));
}
