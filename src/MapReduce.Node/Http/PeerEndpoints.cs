using System.Buffers.Binary;
using System.Diagnostics;
using MapReduce.Engine;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>What nodes ask each other, at a port where only nodes are let in: blobs, shares of map outputs, logs, how a node is, and who has changed what by it.</summary>
internal sealed class PeerEndpoints(NodeSettings settings, WorkerNode node, Tokens tokens, VitalsEndpoints vitals, AuditEndpoints audits, ILogger<PeerEndpoints> log)
{
    private const int MostSegmentsRequest = 1 << 20;

    private readonly RefusalLog refusals = new(log, TimeProvider.System);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/internal/blobs/{digest}", BlobAsync);
        routes.MapPut("/internal/blobs/{digest}", PutBlobAsync);
        routes.MapPost("/internal/segments", SegmentsAsync);
        routes.MapGet("/internal/logs/{job}/{attempt}", LogAsync);
        routes.MapGet("/internal/vitals", vitals.TellAsync);
        routes.MapGet("/internal/audit", audits.TellAsync);
    }

    private async Task BlobAsync(HttpContext context)
    {
        if (node.Blobs.Find(Reply.Route(context, "digest")) is { } file) await context.Response.SendFileAsync(file, context.RequestAborted);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task PutBlobAsync(HttpContext context)
    {
        var digest = Reply.Route(context, "digest");
        if (node.Blobs.Find(digest) is null)
        {
            node.BlobRetention.RefuseIfFull();
            await node.Blobs.PutAsync(context.Request.Body, digest, settings.Worker.PackageBytes, context.RequestAborted);
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Sends a reduce task's shares of map outputs, no faster than they are taken.</summary>
    private async Task SegmentsAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var limit = context.Request.ContentLength is > 0 and <= MostSegmentsRequest;
        if (!limit) throw new QuestionException("too-large", "A request for segments is too large.");
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = SegmentsRequest.Parser.ParseFrom(body.GetBuffer().AsSpan(0, (int)body.Length));
        if (tokens.RefuseJob(request.Job, context.Request.Headers[NodeLinks.JobTokenHeader]) is { } reason)
        {
            refusals.Warn("Refused segments of job {Job} to {Remote}: {Reason}.", RefusalLog.Short(request.Job), context.Connection.RemoteIpAddress, reason);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync(reason);
            return;
        }
        if (!node.Epochs.Admit(request.Epoch))
        {
            refusals.Warn("Refused segments of job {Job}: epoch {Epoch} is over.", RefusalLog.Short(request.Job), request.Epoch);
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await context.Response.WriteAsync($"Epoch {request.Epoch} is over; this node has seen {node.Epochs.Highest}.");
            return;
        }
        using var span = Tracing.Continue("send segments", ActivityKind.Server, context.Request.Headers.TraceParent);
        span?.SetTag("mapreduce.node", settings.Name).SetTag("mapreduce.job", request.Job).SetTag("mapreduce.shares", request.Maps.Count);
        var plan = await node.Segments.PlanAsync(request.Plan, context.RequestAborted);
        var header = new byte[sizeof(long)];
        foreach (var map in request.Maps)
        {
            var attempt = new AttemptId(new TaskId(map.Stage, (TaskKind)map.Kind, map.Index), map.Number);
            if (request.Check)
            {
                BinaryPrimitives.WriteInt64LittleEndian(header, IsWhole(request, attempt, plan) ? 0 : -1);
                await context.Response.Body.WriteAsync(header, context.RequestAborted);
                continue;
            }
            using var slice = OpenSlice(request.Job, attempt, plan, request.Reduce, out var isDamaged);
            BinaryPrimitives.WriteInt64LittleEndian(header, slice?.Length ?? (isDamaged ? -2 : -1));
            await context.Response.Body.WriteAsync(header, context.RequestAborted);
            if (slice is null) return;
            await slice.CopyToAsync(context.Response.Body, context.RequestAborted);
            node.Metrics.Sent.Add(slice.Length);
        }
    }

    private SegmentSlice? OpenSlice(string job, AttemptId map, PlanShape plan, int reduce, out bool isDamaged)
    {
        isDamaged = false;
        try
        {
            return node.Segments.Open(job, map, plan, reduce);
        }
        catch (EngineException exception)
        {
            log.LogWarning(exception, "The output of {Map} of job {Job} is damaged; it will be made again.", map, job);
            isDamaged = true;
            return null;
        }
    }

    private bool IsWhole(SegmentsRequest request, AttemptId map, PlanShape plan)
    {
        // A secret that is another says nothing of the file.
        var key = node.Settings.Keys.Of(request.Job, request.Protection);
        try
        {
            SegmentSlice.Check(node.Segments.PathOf(request.Job, map), plan, request.Reduce, key);
            return true;
        }
        catch (EngineException exception) when (exception.Error == EngineError.CorruptData)
        {
            log.LogWarning(exception, "The output of {Map} of job {Job} is damaged; it will be made again.", map, request.Job);
            return false;
        }
    }

    private async Task LogAsync(HttpContext context)
    {
        var attempt = AttemptId.TryParse(Reply.Route(context, "attempt"));
        if (attempt is { } known && node.Folders.Log(JobId.Parse(Reply.Route(context, "job")).ToString(), known.ToString()) is var file && File.Exists(file)) await context.Response.SendFileAsync(file, context.RequestAborted);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
