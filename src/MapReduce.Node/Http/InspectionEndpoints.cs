using System.Buffers.Binary;
using System.Text.Json;
using Google.Protobuf;
using MapReduce.Api;
using MapReduce.Engine;
using MapReduce.Engine.Shuffle;
using MapReduce.Node.Security;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>The API for whoever looks into a job: why it failed, and all that is needed to run one of its tasks again elsewhere.</summary>
internal sealed class InspectionEndpoints(MasterLink master, WorkerNode node, ILogger<InspectionEndpoints> log)
{
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(20);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}/diagnosis", DiagnoseAsync, "DiagnoseJob", "Why a job failed or is slow.", Contract.Answer.Of<Diagnosis>());
        routes.Map(Roles.Submit, "GET", "/v1/jobs/{job}/order", OrderAsync, "GetOrder", "All that is needed to run a job's tasks again elsewhere.", Contract.Answer.Of<OrderDetails>());
        routes.Map(Roles.Submit, "GET", "/v1/blobs/{digest}", BlobAsync, "ReadBlob", "A package, a side file or a plan, by its digest, which only those know who have a right to its job.", Contract.Answer.Bytes("application/octet-stream"));
        routes.Map(Roles.Submit, "GET", "/v1/jobs/{job}/plans/{plan}/maps/{attempt}/segments/{reduce}", SegmentAsync, "ReadSegment", "A reduce task's share of a map output, while nodes keep it.", Contract.Answer.Bytes("application/octet-stream"));
    }

    private async Task DiagnoseAsync(HttpContext context)
    {
        var job = Convert.Details(await master.JobAsync(context));
        var nodes = Convert.List(await master.AskAsync<NodesAnswer>(new NodesQuery(), context.RequestAborted));
        // A long history takes a while to read, and whoever asks learns by the headers that it comes.
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.StartAsync(context.RequestAborted);
        var events = new List<JobEventDetails>();
        while (events.Count < job.Revision)
        {
            var page = await master.AskAsync<EventsAnswer>(new EventsQuery { Job = job.Id, From = events.Count }, context.RequestAborted, LongestRead);
            if (page.Events.Count == 0) break;
            foreach (var record in page.Events) events.Add(Convert.Event(events.Count + 1, record));
        }
        await JsonSerializer.SerializeAsync(context.Response.Body, JobDiagnosis.Of(job, events, nodes.Nodes, TimeProvider.System.GetUtcNow()), ApiJson.Default.Diagnosis, context.RequestAborted);
    }

    private async Task OrderAsync(HttpContext context)
    {
        var spec = (await master.OwnJobAsync(context)).Spec;
        var order = spec.Order;
        await Reply.WriteAsync(context, new OrderDetails
        {
            Package = order.Package,
            Assembly = order.Assembly,
            JobClass = order.JobClass.Length > 0 ? order.JobClass : null,
            Inputs = order.Inputs,
            Arguments = order.Arguments,
            SideFiles = order.SideFiles.ToDictionary(file => file.Path, file => file.Digest),
            Memory = order.Settings.TaskMemory,
            MemoryLimit = order.MemoryLimit,
            SplitBytes = order.Settings.SplitBytes,
            Partitions = order.Settings.Partitions,
            Compression = order.Settings.Compression switch { 1 => "lz4", 2 => "zstd", _ => "none" },
            SkipBadRecords = order.Settings.SkipBadRecords,
            DataKey = node.Settings.Keys.Of(spec.Id, order.Protection) is { } key ? System.Convert.ToBase64String(key.Reveal().Span) : null,
        }, ApiJson.Default.OrderDetails);
    }

    private async Task BlobAsync(HttpContext context)
    {
        var file = await node.BlobLinks.GetAsync(Reply.Route(context, "digest"), [], context.RequestAborted);
        context.Response.ContentType = "application/octet-stream";
        await context.Response.SendFileAsync(file, context.RequestAborted);
    }

    private async Task SegmentAsync(HttpContext context)
    {
        var job = (await master.OwnJobAsync(context)).Spec.Id;
        var name = Reply.Route(context, "attempt");
        if (AttemptId.TryParse(name) is not { } map) throw new QuestionException("unknown-attempt", $"'{name}' names no attempt. Attempts are named like s0-m00012-a0; mr job events lists them.");
        if (!int.TryParse(Reply.Route(context, "reduce"), out var reduce)) throw new QuestionException("number", $"'{Reply.Route(context, "reduce")}' is no number of a reduce task.");
        var digest = Reply.Route(context, "plan");
        context.Response.ContentType = "application/octet-stream";
        using var slice = await OpenAsync(job, map, digest, reduce, context.RequestAborted);
        if (slice is not null)
        {
            await slice.CopyToAsync(context.Response.Body, context.RequestAborted);
            return;
        }
        var request = new SegmentsRequest { Job = job, Epoch = node.Epochs.Highest, Plan = digest, Reduce = reduce, Maps = { new Protocol.Work.Attempt { Stage = map.Task.Stage, Kind = (int)map.Task.Kind, Index = map.Task.Index, Number = map.Number } } };
        foreach (var peer in node.Links.Peers())
            if (await PassOnAsync(context, peer, job, request)) return;
        throw new QuestionException("no-segment", $"No node has the output of {map} any more: nodes remove map outputs when a job has ended.");
    }

    private async Task<SegmentSlice?> OpenAsync(string job, AttemptId map, string plan, int reduce, CancellationToken cancellation)
    {
        try
        {
            return node.Segments.Open(job, map, await node.Segments.PlanAsync(plan, cancellation), reduce);
        }
        catch (EngineException exception)
        {
            log.LogWarning(exception, "The output of {Map} of job {Job} is damaged.", map, job);
            return null;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new QuestionException("unknown-task", $"The stage has no reduce task {reduce}.");
        }
    }

    /// <summary>Lets another node send the share, if it has it.</summary>
    private async Task<bool> PassOnAsync(HttpContext context, string peer, string job, SegmentsRequest request)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(peer), "internal/segments")) { Content = new ByteArrayContent(request.ToByteArray()) };
            message.Headers.Add(NodeLinks.JobTokenHeader, node.Links.JobToken(job));
            using var response = await node.Links.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (!response.IsSuccessStatusCode) return false;
            await using var content = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            var length = new byte[sizeof(long)];
            await content.ReadExactlyAsync(length, context.RequestAborted);
            if (BinaryPrimitives.ReadInt64LittleEndian(length) < 0) return false;
            await content.CopyToAsync(context.Response.Body, context.RequestAborted);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or EndOfStreamException && !context.Response.HasStarted)
        {
            log.LogDebug(exception, "{Peer} sends no segment.", peer);
            return false;
        }
    }
}
