using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MapReduce.Api;

namespace MapReduce.Cli;

/// <summary>Writes JSON for programs.</summary>
internal static class Output
{
    /// <summary>How JSON is written: a reader of a terminal is no browser, and need not have times and quotes disguised.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly ApiJson OneLine = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = Encoder });

    public static void Json(JsonNode node)
    {
        using (var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true, Encoder = Encoder })) node.WriteTo(writer);
        Console.WriteLine();
    }

    public static void Json<T>(T value, JsonTypeInfo<T> type) => Json(JsonSerializer.SerializeToNode(value, type)!);

    public static void JsonLine(ClusterChange value) => Console.WriteLine(JsonSerializer.Serialize(value, OneLine.ClusterChange));

    public static void JsonLine(JobEventDetails value) => Console.WriteLine(JsonSerializer.Serialize(value, OneLine.JobEventDetails));
}
