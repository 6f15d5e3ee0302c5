using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MapReduce.Node.Http;

/// <summary>What a caller sends as JSON. It takes many times its length in memory, so it is never long, unlike packages.</summary>
internal static class JsonBody
{
    private const long MostBytes = 1 << 20;

    /// <exception cref="BadHttpRequestException">It is longer than a MiB.</exception>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        // The web server counts, before anything is read and while it is.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostBytes;
        return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("it is empty");
    }
}
