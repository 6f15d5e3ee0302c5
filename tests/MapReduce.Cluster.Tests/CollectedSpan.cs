using Google.Protobuf;

namespace MapReduce.Cluster.Tests;

/// <summary>A span, as it is exported.</summary>
/// <param name="Trace">The tree.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The id of the span around it; empty for the root.</param>
/// <param name="Name">What is done.</param>
/// <param name="Start">In nanoseconds.</param>
/// <param name="End">In nanoseconds.</param>
/// <param name="Attributes">Those that are texts.</param>
/// <param name="Instance">The process or node that made it.</param>
internal sealed record CollectedSpan(string Trace, string Id, string Parent, string Name, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes, string Instance)
{
    /// <summary>Reads an ExportTraceServiceRequest of opentelemetry/proto/collector/trace/v1, as far as it matters here.</summary>
    public static IEnumerable<CollectedSpan> Read(byte[] request)
    {
        foreach (var resourceSpans in Messages(request, 1))
        {
            var instance = Messages(resourceSpans, 1).SelectMany(resource => Messages(resource, 1)).Select(Attribute).FirstOrDefault(attribute => attribute.Key == "service.instance.id").Value ?? "";
            foreach (var span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2))) yield return Span(span, instance);
        }
    }

    private static CollectedSpan Span(byte[] span, string instance) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Fixed(span, 7), Fixed(span, 8),
        Messages(span, 9).Select(Attribute).Where(attribute => attribute.Value is not null).ToDictionary(attribute => attribute.Key, attribute => attribute.Value!), instance);

    private static (string Key, string? Value) Attribute(byte[] attribute) => (Text(attribute, 1), Messages(attribute, 2).Select(value => Messages(value, 1).Select(System.Text.Encoding.UTF8.GetString).FirstOrDefault()).FirstOrDefault());

    private static string Hex(byte[] message, int field) => Convert.ToHexString(Messages(message, field).FirstOrDefault([]));

    private static string Text(byte[] message, int field) => System.Text.Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault([]));

    private static ulong Fixed(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.Fixed64)) return input.ReadFixed64();
            input.SkipLastField();
        }
        return 0;
    }

    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited)) found.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }
        return found;
    }
}
