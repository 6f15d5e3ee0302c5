using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>What is noted of a call while it is served.</summary>
internal sealed class AuditNote
{
    public string? Job { get; set; }

    public string? Digest { get; set; }

    public string? Error { get; set; }

    /// <summary>That of a call; null where it changes nothing.</summary>
    public static AuditNote? Of(HttpContext context) => context.Features.Get<AuditNote>();
}

/// <summary>Writes a line for each call by which somebody who is known changes something, or would have. What strangers try is in the log of the node, at a pace that they cannot set.</summary>
internal sealed class Auditor(NodeSettings settings, AuditLog audit, TimeProvider time, ILogger<Auditor> log)
{
    private readonly RefusalLog troubles = new(log, time);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await next(context);
            return;
        }
        var note = new AuditNote();
        context.Features.Set(note);
        try
        {
            await next(context);
        }
        catch
        {
            note.Error ??= "fault";
            throw;
        }
        finally
        {
            // Which endpoint it is and who calls are known by now. Who calls too often fills no log.
            if (note.Error != "pace" && ActOf(context) is { } act) Write(context, act, note);
        }
    }

    /// <summary>What a call does; null where it is not of somebody with a role.</summary>
    private static string? ActOf(HttpContext context)
    {
        if (context.User.Identity is not { IsAuthenticated: true } || context.GetEndpoint()?.Metadata is not { } endpoint) return null;
        return endpoint.GetMetadata<IAuthorizeData>()?.Policy is { } policy && Roles.All.Contains(policy) ? endpoint.GetMetadata<IEndpointNameMetadata>()?.EndpointName : null;
    }

    private void Write(HttpContext context, string act, AuditNote note)
    {
        try
        {
            audit.Add(new AuditEntry
            {
                At = time.GetUtcNow(),
                Node = settings.Name,
                User = Access.NameOf(context),
                Remote = context.Connection.RemoteIpAddress is { } address ? HostAddresses.Plain(address).ToString() : "",
                Act = act,
                Job = note.Job ?? Named(context, "job"),
                Target = Named(context, "node"),
                Digest = note.Digest,
                Result = note.Error ?? (context.RequestAborted.IsCancellationRequested ? "aborted" : "done"),
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was done is done, and the next call may be the one that makes room.
            troubles.Warn("What {User} has called, {Act}, cannot be written to the audit log: {Reason}", Access.NameOf(context), act, exception.Message);
        }
    }

    private static string? Named(HttpContext context, string what) => Reply.Route(context, what) is { Length: > 0 } named ? RefusalLog.Short(named) : null;
}
