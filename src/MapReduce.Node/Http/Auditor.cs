using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>What is noted of a call while it is served.</summary>
public sealed class AuditNote
{
    /// <summary>The job that it is about.</summary>
    public string? Job { get; set; }

    /// <summary>The digest of the package or the file that it is about.</summary>
    public string? Digest { get; set; }

    /// <summary>The code of the error that is the answer.</summary>
    public string? Error { get; set; }

    /// <summary>Whether the change is asked for, or made: from then on the call may have changed something, whatever becomes of it.</summary>
    public bool MayBeDone { get; set; }

    /// <summary>That of a call; null where it changes nothing.</summary>
    public static AuditNote? Of(HttpContext context) => context.Features.Get<AuditNote>();
}

/// <summary>Writes a line for each call by which somebody who is known changes something, and for those that would have at a pace that nobody can set. What strangers try is in the log of the node.</summary>
/// <param name="settings">The node's settings.</param>
/// <param name="audit">Where the lines go.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log of the node.</param>
public sealed class Auditor(NodeSettings settings, AuditLog audit, TimeProvider time, ILogger<Auditor> log)
{
    private const string Done = "done";
    private const string Aborted = "aborted";
    private const string Fault = "fault";

    private readonly RefusalLog troubles = new(log, time);
    private readonly AuditPace refused = new(time);

    /// <summary>Serves a call and writes what became of it.</summary>
    /// <param name="context">The call.</param>
    /// <param name="next">Serves it.</param>
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
            note.Error ??= Fault;
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
        if (!Access.IsKnown(context) || context.GetEndpoint()?.Metadata is not { } endpoint) return null;
        return endpoint.GetMetadata<IAuthorizeData>()?.Policy is { } policy && Roles.All.Contains(policy) ? endpoint.GetMetadata<IEndpointNameMetadata>()?.EndpointName : null;
    }

    private static string ResultOf(HttpContext context, AuditNote note)
        => note.Error ?? (context.RequestAborted.IsCancellationRequested && !note.MayBeDone ? Aborted : Done);

    /// <summary>Whether a call has changed something, or nobody can say that it has not: it was asked for, and the error is none by which it was refused.</summary>
    private static bool HasEffect(AuditNote note, string result)
        => result == Done || (note.MayBeDone && result is ("no-master" or "protocol" or "busy" or "no-copies" or Fault));

    private void Write(HttpContext context, string act, AuditNote note)
    {
        var user = Access.NameOf(context);
        var result = ResultOf(context, note);
        long more = 0;
        if (!HasEffect(note, result) && !refused.Admits(user, out more)) return;
        try
        {
            audit.Add(new AuditEntry
            {
                At = time.GetUtcNow(),
                Node = settings.Name,
                User = user,
                Remote = context.Connection.RemoteIpAddress is { } address ? HostAddresses.Plain(address).ToString() : "",
                Act = act,
                Job = note.Job ?? Named(context, "job"),
                Target = Named(context, "node"),
                Digest = note.Digest,
                Result = result,
                More = more > 0 ? more : null,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was done is done, and the next call may be the one that makes room.
            troubles.Warn("What {User} has called, {Act}, cannot be written to the audit log: {Reason}", user, act, exception.Message);
        }
    }

    private static string? Named(HttpContext context, string what) => Reply.Route(context, what) is { Length: > 0 } named ? RefusalLog.Short(named) : null;
}
