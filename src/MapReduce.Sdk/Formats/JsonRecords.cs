using System.Text.Json;

namespace MapReduce.Sdk;

/// <summary>Input and output of JSON lines.</summary>
internal static class JsonRecords
{
    public static InputFormat<TRecord> Lines<TRecord>(InputSet inputs) => new Reader<TRecord>(inputs);

    public static OutputFormat<TKey, TValue> Output<TKey, TValue>() => new Writer<TKey, TValue>();

    private sealed class Reader<TRecord>(InputSet inputs) : JsonLinesFormat<TRecord>(inputs)
    {
        public override TRecord Parse(ReadOnlySpan<byte> line) => JsonSerializer.Deserialize<TRecord>(line, JsonSerializerOptions.Web)
            ?? throw new FormatException("The line holds a JSON null where a record is expected.");
    }

    private sealed class Writer<TKey, TValue> : OutputFormat<TKey, TValue>
    {
        public override void Write(TKey key, TValue value, ByteWriter writer)
        {
            using (var json = new Utf8JsonWriter(writer))
            {
                json.WriteStartObject();
                json.WritePropertyName("key");
                JsonSerializer.Serialize(json, key, JsonSerializerOptions.Web);
                json.WritePropertyName("value");
                JsonSerializer.Serialize(json, value, JsonSerializerOptions.Web);
                json.WriteEndObject();
            }
            writer.Write((byte)'\n');
        }
    }
}
