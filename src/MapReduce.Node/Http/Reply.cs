using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MapReduce.Api;
using MapReduce.Protocol.Jobs;
using MapReduce.Worker.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>Writes answers and errors.</summary>
internal static class Reply
{
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) => context.Response.WriteAsJsonAsync(value, type);

    public static Task DoneAsync(HttpContext context, Done _)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public static string Route(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    public static string Text(HttpContext context, string name) => context.Request.Query[name] is [{ } text] ? text : "";

    public static int Number(HttpContext context, string name) => (int)Math.Clamp(LongNumber(context, name), 0, int.MaxValue);

    public static long LongNumber(HttpContext context, string name) => context.Request.Query[name] is [{ } text]
        ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new QuestionException("number", $"'{text}' is no number for '{name}'.")
        : 0;

    /// <summary>Turns failures into answers.</summary>
    public static async Task CatchAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(context);
        }
        catch (QuestionException exception)
        {
            await ErrorAsync(context, exception);
        }
        catch (BlobException exception)
        {
            var (status, code) = exception.Error switch
            {
                BlobError.TooLarge => (StatusCodes.Status413PayloadTooLarge, "too-large"),
                BlobError.Full => (StatusCodes.Status507InsufficientStorage, "full"),
                BlobError.Missing => (StatusCodes.Status400BadRequest, "no-package"),
                BlobError.Unsigned => (StatusCodes.Status403Forbidden, "unsigned"),
                BlobError.UnknownSigner => (StatusCodes.Status403Forbidden, "unknown-signer"),
                BlobError.BadSignature => (StatusCodes.Status403Forbidden, "bad-signature"),
                BlobError.NotCopied => (StatusCodes.Status503ServiceUnavailable, "no-copies"),
                _ => (StatusCodes.Status400BadRequest, "package"),
            };
            await ErrorAsync(context, status, code, exception.Message);
        }
        catch (JsonException exception)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "json", $"The request is no JSON of the form that is expected: {exception.Message} See /openapi/v1.json.");
        }
        catch (BadHttpRequestException exception)
        {
            await ErrorAsync(context, exception.StatusCode, "request", exception.Message);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested)
        {
            log.LogDebug(exception, "The caller of {Path} has left.", context.Request.Path);
        }
    }

    /// <summary>Answers with a refusal.</summary>
    public static Task ErrorAsync(HttpContext context, QuestionException refusal) => ErrorAsync(context, Status(refusal.Code), refusal.Code, refusal.Message);

    private static int Status(string code) => code switch
    {
        "token" or "expired" => StatusCodes.Status401Unauthorized,
        "role" or "owner" or "origin" or "certificate" or "no-right" => StatusCodes.Status403Forbidden,
        "unknown-job" or "unknown-node" or "no-log" or "no-file" or "unknown-attempt" or "unknown-task" or "no-segment" => StatusCodes.Status404NotFound,
        "output-exists" or "running" or "not-running" or "busy" or "no-output" => StatusCodes.Status409Conflict,
        ApiException.Compacted => StatusCodes.Status410Gone,
        "pace" => StatusCodes.Status429TooManyRequests,
        "host" => StatusCodes.Status421MisdirectedRequest,
        "no-master" or "no-answer" or "users" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    private static async Task ErrorAsync(HttpContext context, int status, string code, string message)
    {
        AuditNote.Of(context)?.Error = code;
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new ApiError(code, message), ApiJson.Default.ApiError);
    }
}
