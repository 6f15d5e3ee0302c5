using System.Diagnostics;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;
using MapReduce.Storage;
using MapReduce.Worker;
using MapReduce.Worker.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;


namespace MapReduce.Node.Http;

/// <summary>The API for jobs.</summary>
/// <param name="settings">The node's settings.</param>
/// <param name="master">The way to the job master.</param>
/// <param name="node">The node's files, and the way to others.</param>
/// <param name="addressOf">Where users call the node that others call at an address.</param>
internal sealed class JobEndpoints(NodeSettings settings, MasterLink master, WorkerNode node, Func<string, string> addressOf)
{
    private const int BusyTries = 50;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);

    // The directory of a package is in memory while it is looked into.
    private readonly SemaphoreSlim checks = new(2);

    public void Map(IEndpointRouteBuilder routes)
    {
        // What is longer by more than this is refused by the web server, in words that say less.
        var mostBytes = settings.Worker.PackageBytes + 1;
        routes.Map(Roles.Submit, "POST", "/v1/packages", UploadAsync, "UploadPackage", "Takes a package: a zip of the job's folder.", Contract.Answer.Of<PackageReceipt>()).Takes(typeof(Stream), "application/zip", mostBytes);
        routes.Map(Roles.Submit, "POST", "/v1/files", UploadFileAsync, "UploadFile", "Takes a side file of a job.", Contract.Answer.Of<FileReceipt>()).Takes(typeof(Stream), "application/octet-stream", mostBytes);
        routes.Map(Roles.Submit, "POST", "/v1/jobs", SubmitAsync, "SubmitJob", "Takes a job, once per client token.", Contract.Answer.Of<JobReceipt>()).Takes(typeof(SubmitRequest), "application/json", JsonBody.MostBytes);
        routes.Map(Roles.View, "GET", "/v1/jobs", ListAsync, "ListJobs", "Lists jobs, newest first.", Contract.Answer.Of<JobList>()).TakesNumber("from", "How many jobs to pass over.")
            .TakesText("search", "A part of the name, the id or the output.").TakesText("phase", "running, succeeded, failed or cancelled.")
            .TakesText("owner", "Only jobs of this user.").TakesNumber("mine", "1: only the caller's own.");
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}", ShowAsync, "GetJob", "All about a job.", Contract.Answer.Of<JobDetails>());
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}/tasks", TasksAsync, "ListTasks", "Lists a job's tasks.", Contract.Answer.Of<TaskList>()).TakesNumber("from", "How many tasks to pass over.");
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}/events", EventsAsync, "WatchJob", "A job's events as they happen, as server-sent events, until it has ended.", Contract.Answer.Bytes("text/event-stream")).TakesNumber("from", "The number of the last event that is known; Last-Event-ID says the same.");
        routes.Map(Roles.Submit, "POST", "/v1/jobs/{job}/cancel", CancelAsync, "CancelJob", "Cancels a job.", Contract.Answer.Done);
        routes.Map(Roles.Submit, "DELETE", "/v1/jobs/{job}", DeleteAsync, "DeleteJob", "Forgets a job that has ended.", Contract.Answer.Done);
        routes.Map(Roles.Submit, "GET", "/v1/jobs/{job}/attempts/{attempt}/log", LogAsync, "GetLog", "What an attempt wrote.", Contract.Answer.Bytes("text/plain"))
            .TakesNumber("tail", "Only so many of its last bytes, and no content rather than an error where it wrote nothing.");
        routes.Map(Roles.Submit, "GET", "/v1/jobs/{job}/output/{**name}", OutputAsync, "ReadOutput", "A file of a job's output; without a name, its manifest.", Contract.Answer.Bytes("application/octet-stream"));
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = new JobsQuery { From = Reply.Number(context, "from"), Search = Reply.Text(context, "search"), Phase = Reply.Text(context, "phase"), Owner = Reply.Number(context, "mine") > 0 ? Access.NameOf(context) : Reply.Text(context, "owner") };
        await Reply.WriteAsync(context, Convert.List(await master.AskAsync<JobsAnswer>(query, context.RequestAborted)), ApiJson.Default.JobList);
    }

    private async Task ShowAsync(HttpContext context)
        => await Reply.WriteAsync(context, Convert.Details(await master.JobAsync(context)), ApiJson.Default.JobDetails);

    private async Task TasksAsync(HttpContext context)
        => await Reply.WriteAsync(context, Convert.List(await master.AskAsync<TasksAnswer>(new TasksQuery { Job = Reply.Route(context, "job"), From = Reply.Number(context, "from") }, context.RequestAborted)), ApiJson.Default.TaskList);

    private async Task CancelAsync(HttpContext context)
        => await Reply.DoneAsync(context, await master.ChangeAsync<Done>(context, new Protocol.Jobs.Cancel { Job = await OwnAsync(context) }));

    private async Task DeleteAsync(HttpContext context)
        => await Reply.DoneAsync(context, await master.ChangeAsync<Done>(context, new Delete { Job = await OwnAsync(context) }));

    private async Task UploadFileAsync(HttpContext context)
    {
        var digest = await PutAsync(context);
        var copies = await node.BlobLinks.SecureAsync(digest, context.RequestAborted);
        await Reply.WriteAsync(context, new FileReceipt(digest, [settings.HttpAddress, .. copies.Select(addressOf)]), ApiJson.Default.FileReceipt);
    }

    private async Task<string> PutAsync(HttpContext context, Func<string, Task>? check = null)
    {
        // Refused before it is sent, where the client waits for that.
        if (context.Request.ContentLength > settings.Worker.PackageBytes) throw BlobException.TooLarge(settings.Worker.PackageBytes);
        node.BlobRetention.RefuseIfFull();
        var digest = await node.Blobs.PutAsync(context.Request.Body, null, settings.Worker.PackageBytes, context.RequestAborted, check);
        if (AuditNote.Of(context) is { } note) (note.Digest, note.MayBeDone) = (digest, true);
        return digest;
    }

    private async Task UploadAsync(HttpContext context)
    {
        var digest = await PutAsync(context, file => CheckAsync(file, context.RequestAborted));
        var copies = await node.BlobLinks.SecureAsync(digest, context.RequestAborted);
        await Reply.WriteAsync(context, new PackageReceipt(digest, [settings.HttpAddress, .. copies.Select(addressOf)]), ApiJson.Default.PackageReceipt);
    }

    /// <exception cref="BlobException">A file is no package, an evil one, or not signed as it should be.</exception>
    private async Task CheckAsync(string file, CancellationToken cancellation)
    {
        await checks.WaitAsync(cancellation);
        try
        {
            PackageArchive.Check(file, settings.Worker.PackageContentBytes, settings.Worker.Signers, TimeProvider.System.GetUtcNow());
        }
        finally
        {
            checks.Release();
        }
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var request = await JsonBody.ReadAsync(context, ApiJson.Default.SubmitRequest);
        using var span = Tracing.Begin("accept job", ActivityKind.Server, context.Request.Headers.TraceParent);
        var spec = await SpecAsync(request, Access.NameOf(context), context.RequestAborted);
        spec.Trace = Tracing.ContextOf(span);
        span?.SetTag("mapreduce.job", spec.Id).SetTag("mapreduce.job.name", spec.Name).SetTag("mapreduce.node", settings.Name);
        var note = AuditNote.Of(context);
        note?.Digest = request.Package;
        note?.Job = spec.Id;
        var submitted = await SubmitAsync(context, spec);
        note?.Job = submitted.Job;
        await Reply.WriteAsync(context, new JobReceipt(submitted.Job, submitted.Again), ApiJson.Default.JobReceipt);
    }

    /// <summary>Gives the job to the master. Where the same submission is being accepted at this moment, its outcome is the answer to this one as well.</summary>
    private async Task<Submitted> SubmitAsync(HttpContext context, JobSpec spec)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await master.ChangeAsync<Submitted>(context, new Submit { Spec = spec }, TimeSpan.FromSeconds(10));
            }
            catch (QuestionException exception) when (exception.Code == "busy" && tries < BusyTries)
            {
                await Task.Delay(BusyPause);
            }
        }
    }

    private async Task<JobSpec> SpecAsync(SubmitRequest request, string owner, CancellationToken cancellation)
    {
        SubmitLimits.Check(request);
        if (request.Inputs.Append(request.Output).FirstOrDefault(path => !Path.IsPathFullyQualified(path) && !path.Contains("://", StringComparison.Ordinal)) is { } relative)
            throw new QuestionException("path", $"'{relative}' is no full path, and nodes do not share a working folder. Give the full path.");
        if (request.Priority is < 1 or > SubmitLimits.HighestPriority) throw new QuestionException("priority", $"The priority {request.Priority} is not possible. Give a number from 1 to {SubmitLimits.HighestPriority}.");
        var compression = request.Compression switch { "none" => 0, "lz4" => 1, "zstd" => 2, _ => throw new QuestionException("compression", $"'{request.Compression}' is no compression. Give none, lz4 or zstd.") };
        // Whoever submits may have given the package, and what goes with it, to another node.
        IReadOnlyList<string> copies = [];
        foreach (var digest in request.SideFiles.Values.Append(request.Package))
        {
            var file = await node.BlobLinks.GetAsync(digest, [], cancellation);
            // Anything can be sent as a side file.
            if (digest == request.Package) await CheckAsync(file, cancellation);
            copies = await node.BlobLinks.SecureAsync(digest, cancellation);
        }
        var defaults = settings.Job;
        var id = Guid.NewGuid().ToString("n");
        var spec = new JobSpec
        {
            Id = id,
            Name = SubmitLimits.NameOf(request),
            Output = request.Output,
            Overwrite = request.Overwrite,
            Attempts = request.Attempts > 0 ? request.Attempts : defaults.Attempts,
            Priority = request.Priority,
            NonDeterminism = (int)(request.NonDeterminism is { } wanted ? NonDeterminismOf(wanted) : defaults.NonDeterminism),
            ClientToken = request.ClientToken ?? "",
            Owner = owner,
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
                Holders = { settings.DataAddress, copies },
                SideFiles = { request.SideFiles.Select(file => new SideFile { Path = file.Key, Digest = file.Value }) },
                Protection = settings.Worker.Keys.New(id),
            },
        };
        if (spec.CalculateSize() > SubmitLimits.MostBytes) throw new QuestionException("too-large", SubmitLimits.TooLarge);
        return spec;
    }

    private static NonDeterminism NonDeterminismOf(string text)
        => JobDefaults.ReadNonDeterminism(text) ?? throw new QuestionException("non-determinism", $"'{text}' is no way to treat a map function that is not deterministic. Give fail or warn.");

    /// <summary>What the master is to call the job that a caller ends.</summary>
    private async Task<string> OwnAsync(HttpContext context)
    {
        try
        {
            var job = (await master.OwnJobAsync(context)).Spec.Id;
            AuditNote.Of(context)?.Job = job;
            return job;
        }
        catch (QuestionException) when (context.User.IsInRole(Roles.Operate))
        {
            // Those who may end any need not be told whose it is, which nobody can tell of a job whose journal cannot be read.
            return Reply.Route(context, "job");
        }
    }

    /// <summary>Events as they happen, as server-sent events, until the job has ended or the caller leaves.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        var spec = (await master.JobAsync(context)).Spec;
        var (job, isOwn) = (spec.Id, Access.HasRightTo(context, spec));
        var from = ServerEvents.From(context);
        await ServerEvents.BeginAsync(context);
        while (Access.MayGoOn(context))
        {
            // Where no master can be reached from here, the watcher does better to ask another node.
            if (await NextEventsAsync(job, from, context.RequestAborted) is not { } page) return;
            foreach (var record in page.Events)
            {
                var details = Convert.Event(++from, record);
                // Whoever knows the digest of a plan may read it.
                if (!isOwn) details = details with { Plan = null };
                var json = JsonSerializer.Serialize(details, ApiJson.Default.JobEventDetails);
                await ServerEvents.WriteAsync(context, "job", json, from);
            }
            if (page.Ended) break;
            if (page.Events.Count == 0) await ServerEvents.WaitAsync(context);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        await ServerEvents.WriteAsync(context, "end", "end");
    }

    /// <summary>The next events; null where no master answers.</summary>
    private async Task<EventsAnswer?> NextEventsAsync(string job, long from, CancellationToken cancellation)
    {
        try
        {
            return await master.AskAsync<EventsAnswer>(new EventsQuery { Job = job, From = from }, cancellation);
        }
        catch (QuestionException exception) when (exception.Code == "no-master")
        {
            return null;
        }
    }

    private async Task LogAsync(HttpContext context)
    {
        var job = (await master.OwnJobAsync(context)).Spec.Id;
        var attempt = Reply.Route(context, "attempt");
        if (Protocol.AttemptId.TryParse(attempt) is null) throw new QuestionException("unknown-attempt", $"'{attempt}' names no attempt. Attempts are named like s0-m00012-a0; mr job events lists them.");
        context.Response.ContentType = "text/plain; charset=utf-8";
        var tail = Reply.LongNumber(context, "tail");
        await using var log = await OpenLogAsync(job, attempt, context.RequestAborted);
        if (log is not null)
        {
            if (tail > 0 && log.Length > tail) log.Seek(-tail, SeekOrigin.End);
            await log.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        else if (tail > 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            throw new QuestionException("no-log", $"No node has a log of {attempt}: it wrote nothing, or ran on a node that is gone.");
        }
    }

    /// <summary>The log of an attempt, from the node that has it; null where none does. Logs are small.</summary>
    private async Task<Stream?> OpenLogAsync(string job, string attempt, CancellationToken cancellation)
    {
        var file = node.Folders.Log(job, attempt);
        if (File.Exists(file)) return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var peer in node.Links.Peers())
        {
            try
            {
                using var response = await node.Links.Http.GetAsync(new Uri(new Uri(peer), $"internal/logs/{job}/{attempt}"), cancellation);
                if (response.IsSuccessStatusCode) return new MemoryStream(await response.Content.ReadAsByteArrayAsync(cancellation));
            }
            catch (HttpRequestException)
            {
                // The next node may have it.
            }
        }
        return null;
    }

    private async Task OutputAsync(HttpContext context)
    {
        var job = await master.OwnJobAsync(context);
        if (job.Status.Phase != "succeeded") throw new QuestionException("no-output", $"The job has no output: it is {job.Status.Phase}.");
        // Another job may have written there since, and that one is somebody else's.
        if (!OutputFolder.IsOf(job.Spec.Output, job.Spec.Id)) throw new QuestionException("no-output", "The job's output is not there any more: it was removed, or another job has written at its place.");
        var name = Reply.Route(context, "name");
        await using var file = OutputFolder.OpenPublished(LocalPath.Of(job.Spec.Output), name.Length == 0 ? OutputFolder.ManifestName : name)
            ?? throw new QuestionException("no-file", $"The output has no file '{name}'. Its manifest lists those that it has.");
        context.Response.ContentType = name.Length == 0 ? "application/json" : "application/octet-stream";
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
