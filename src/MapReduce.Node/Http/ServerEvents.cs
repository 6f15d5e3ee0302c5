using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MapReduce.Node.Http;

/// <summary>Server-sent events: the way to tell a browser, or a client, what happens as it happens.</summary>
internal static class ServerEvents
{
    /// <summary>Begins the stream. A node that stops does not wait for those who watch.</summary>
    public static Task BeginAsync(HttpContext context)
    {
        var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.Response.RegisterForDispose(either);
        context.RequestAborted = either.Token;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.FlushAsync(context.RequestAborted);
    }

    /// <summary>The number after which to go on: that of the last event the caller has seen, or of what it asks for.</summary>
    public static long From(HttpContext context)
        => context.Request.Headers["Last-Event-ID"] is [{ } last] && long.TryParse(last, out var seen) ? seen : Reply.LongNumber(context, "from");

    /// <summary>Writes an event with a number; <paramref name="data"/> has no line break.</summary>
    public static Task WriteAsync(HttpContext context, string name, string data, long? number = null)
        => context.Response.WriteAsync(number is null ? $"event: {name}\ndata: {data}\n\n" : $"id: {number}\nevent: {name}\ndata: {data}\n\n", context.RequestAborted);

    /// <summary>Says that there is nothing new: each side learns by it whether the other still lives.</summary>
    public static Task WaitAsync(HttpContext context) => WriteAsync(context, "waiting", "");
}
