using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using MapReduce.Storage;
using MapReduce.Worker;
using MapReduce.Worker.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for jobs.</summary>
internal sealed class JobEndpoints(NodeSettings settings, MasterLink master, WorkerNode node)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/packages", UploadAsync);
        routes.MapPost("/v1/jobs", SubmitAsync);
        routes.MapGet("/v1/jobs", async (HttpContext context) => await Reply.WriteAsync(context, Convert.List(await master.AskAsync<JobsAnswer>(new JobsQuery { From = Reply.Number(context, "from") }, context.RequestAborted)), ApiJson.Default.JobList));
        routes.MapGet("/v1/jobs/{job}", async (HttpContext context) => await Reply.WriteAsync(context, Convert.Details(await JobAsync(context)), ApiJson.Default.JobDetails));
        routes.MapGet("/v1/jobs/{job}/tasks", async (HttpContext context) => await Reply.WriteAsync(context, Convert.List(await master.AskAsync<TasksAnswer>(new TasksQuery { Job = Reply.Route(context, "job"), From = Reply.Number(context, "from") }, context.RequestAborted)), ApiJson.Default.TaskList));
        routes.MapGet("/v1/jobs/{job}/events", EventsAsync);
        routes.MapPost("/v1/jobs/{job}/cancel", async (HttpContext context) => await Reply.DoneAsync(context, await master.AskAsync<Done>(new Protocol.Jobs.Cancel { Job = Reply.Route(context, "job") }, context.RequestAborted)));
        routes.MapDelete("/v1/jobs/{job}", async (HttpContext context) => await Reply.DoneAsync(context, await master.AskAsync<Done>(new Delete { Job = Reply.Route(context, "job") }, context.RequestAborted)));
        routes.MapGet("/v1/jobs/{job}/attempts/{attempt}/log", LogAsync);
        routes.MapGet("/v1/jobs/{job}/output/{**name}", OutputAsync);
    }

    private async Task UploadAsync(HttpContext context)
    {
        var digest = await node.Blobs.PutAsync(context.Request.Body, null, settings.Worker.PackageBytes, context.RequestAborted);
        PackageStore.Check(node.Blobs.Find(digest)!, settings.Worker.PackageContentBytes);
        var copies = await node.BlobLinks.ReplicateAsync(digest, context.RequestAborted);
        await Reply.WriteAsync(context, new PackageReceipt(digest, [settings.HttpAddress, .. copies]), ApiJson.Default.PackageReceipt);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.SubmitRequest, context.RequestAborted) ?? throw new JsonException("it is empty");
        var spec = await SpecAsync(request, context.RequestAborted);
        var submitted = await master.AskAsync<Submitted>(new Submit { Spec = spec }, context.RequestAborted, TimeSpan.FromSeconds(10));
        await Reply.WriteAsync(context, new JobReceipt(submitted.Job, submitted.Again), ApiJson.Default.JobReceipt);
    }

    private async Task<JobSpec> SpecAsync(SubmitRequest request, CancellationToken cancellation)
    {
        const int MostBytes = 48 << 10;
        if (request.Inputs.Append(request.Output).FirstOrDefault(path => !Path.IsPathFullyQualified(path) && !path.Contains("://", StringComparison.Ordinal)) is { } relative)
            throw new QuestionException("path", $"'{relative}' is no full path, and nodes do not share a working folder. Give the full path.");
        if (request.Priority is < 1 or > 1000) throw new QuestionException("priority", $"The priority {request.Priority} is not possible. Give a number from 1 to 1000.");
        var compression = request.Compression switch { "none" => 0, "lz4" => 1, "zstd" => 2, _ => throw new QuestionException("compression", $"'{request.Compression}' is no compression. Give none, lz4 or zstd.") };
        // Whoever submits may have given the package to another node.
        await node.BlobLinks.GetAsync(request.Package, [], cancellation);
        var copies = await node.BlobLinks.ReplicateAsync(request.Package, cancellation);
        var defaults = settings.Job;
        var spec = new JobSpec
        {
            Id = Guid.NewGuid().ToString("n"),
            Name = request.Name ?? Path.GetFileNameWithoutExtension(request.Assembly),
            Output = request.Output,
            Overwrite = request.Overwrite,
            Attempts = request.Attempts > 0 ? request.Attempts : defaults.Attempts,
            Priority = request.Priority,
            ClientToken = request.ClientToken ?? "",
            Order = new JobOrder
            {
                Package = request.Package,
                Assembly = request.Assembly,
                JobClass = request.JobClass ?? "",
                Inputs = { request.Inputs },
                Arguments = { request.Arguments },
                Settings = new Settings
                {
                    TaskMemory = request.Memory > 0 ? request.Memory : defaults.Memory,
                    SplitBytes = request.SplitBytes > 0 ? request.SplitBytes : defaults.Split,
                    Partitions = request.Partitions,
                    Compression = compression,
                    SkipBadRecords = request.SkipBadRecords,
                    Durable = request.Durable,
                },
                ProgressTimeout = (long)(request.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(request.TimeoutSeconds) : defaults.Timeout).TotalMilliseconds,
                MemoryLimit = request.MemoryLimit > 0 ? request.MemoryLimit : defaults.MemoryLimit,
                Holders = { settings.HttpAddress, copies },
            },
        };
        if (spec.CalculateSize() > MostBytes) throw new QuestionException("too-large", $"The inputs and arguments of the job have more than {MostBytes >> 10} KiB. Name folders or globs instead of single files.");
        return spec;
    }

    private Task<JobAnswer> JobAsync(HttpContext context) => master.AskAsync<JobAnswer>(new JobQuery { Job = Reply.Route(context, "job") }, context.RequestAborted);

    /// <summary>Events as they happen, as server-sent events, until the job has ended or the caller leaves.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        var job = (await JobAsync(context)).Spec.Id;
        var from = context.Request.Headers["Last-Event-ID"] is [{ } last] && long.TryParse(last, out var seen) ? seen : Reply.LongNumber(context, "from");
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        while (true)
        {
            var page = await NextEventsAsync(job, from, context.RequestAborted);
            foreach (var record in page.Events)
            {
                var json = JsonSerializer.Serialize(Convert.Event(++from, record), ApiJson.Default.JobEventDetails);
                await context.Response.WriteAsync($"id: {from}\nevent: job\ndata: {json}\n\n", context.RequestAborted);
            }
            if (page.Ended) break;
            // Each side learns by it whether the other still lives.
            if (page.Events.Count == 0) await context.Response.WriteAsync("event: waiting\ndata: \n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        await context.Response.WriteAsync("event: end\ndata: end\n\n", context.RequestAborted);
    }

    /// <summary>The next events; none where there is nothing new, or no master at the moment.</summary>
    private async Task<EventsAnswer> NextEventsAsync(string job, long from, CancellationToken cancellation)
    {
        try
        {
            return await master.AskAsync<EventsAnswer>(new EventsQuery { Job = job, From = from }, cancellation);
        }
        catch (QuestionException exception) when (exception.Code == "no-master")
        {
            return new EventsAnswer { From = from };
        }
    }

    private async Task LogAsync(HttpContext context)
    {
        var job = (await JobAsync(context)).Spec.Id;
        var attempt = Reply.Route(context, "attempt");
        if (Protocol.AttemptId.TryParse(attempt) is null) throw new QuestionException("unknown-attempt", $"'{attempt}' names no attempt. Attempts are named like s0-m00012-a0; mr job events lists them.");
        context.Response.ContentType = "text/plain; charset=utf-8";
        var file = node.Folders.Log(job, attempt);
        if (File.Exists(file))
        {
            await context.Response.SendFileAsync(file, context.RequestAborted);
            return;
        }
        foreach (var peer in node.Links.Peers())
        {
            try
            {
                using var response = await node.Links.Http.GetAsync(new Uri(new Uri(peer), $"internal/logs/{job}/{attempt}"), context.RequestAborted);
                if (!response.IsSuccessStatusCode) continue;
                await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
                return;
            }
            catch (HttpRequestException)
            {
                // The next node may have it.
            }
        }
        throw new QuestionException("no-log", $"No node has a log of {attempt}: it wrote nothing, or ran on a node that is gone.");
    }

    private async Task OutputAsync(HttpContext context)
    {
        var job = await JobAsync(context);
        if (job.Status.Phase != "succeeded") throw new QuestionException("no-output", $"The job has no output: it is {job.Status.Phase}.");
        var name = Reply.Route(context, "name");
        var path = Path.GetFullPath(Path.Combine(job.Spec.Output, name.Length == 0 ? OutputFolder.ManifestName : name));
        if (!LocalPath.IsInside(path, Path.GetFullPath(job.Spec.Output)) || !File.Exists(path)) throw new QuestionException("no-file", $"The output has no file '{name}'. Its manifest lists those that it has.");
        context.Response.ContentType = name.Length == 0 ? "application/json" : "application/octet-stream";
        await context.Response.SendFileAsync(path, context.RequestAborted);
    }
}
