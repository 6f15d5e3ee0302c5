using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Http;

/// <summary>What a caller sends as JSON. It takes many times its length in memory, so it is never long, unlike packages.</summary>
internal static class JsonBody
{
    /// <summary>The most bytes of it. The web server counts, before anything is read and while it is.</summary>
    public const long MostBytes = 1 << 20;

    /// <exception cref="BadHttpRequestException">It is longer than the endpoint says.</exception>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        => await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("it is empty");
}
