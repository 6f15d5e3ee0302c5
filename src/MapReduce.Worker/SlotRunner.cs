using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Blobs;
using MapReduce.Worker.Executors;
using MapReduce.Worker.Segments;
using Failure = MapReduce.Protocol.Work.Failure;

namespace MapReduce.Worker;

/// <summary>Runs each attempt in the slot's executor.</summary>
/// <param name="node">What the slots of the node share.</param>
/// <param name="ask">Asks the job master, as often as it takes.</param>
internal sealed class SlotRunner(WorkerNode node, Func<IMessage, CancellationToken, Task<object>> ask) : IAttemptRunner
{
    private JobExecutor? current;
    private IReadOnlyList<(AttemptId Map, Holder Holder)> maps = [];
    private Failed? last;
    private long bytes;

    /// <inheritdoc/>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <inheritdoc/>
    public async Task<Report> RunAsync(Grant grant, CancellationToken cancellation)
    {
        Interlocked.Exchange(ref bytes, 0);
        last = null;
        var report = new Report { Job = grant.Job, Attempt = grant.Attempt };
        var fetched = Path.Combine(node.Folders.Scratch(grant.Job), $"{Wire.Read(grant.Attempt)}-fetched");
        node.Begin(this, new Activity(grant.Job, Wire.Read(grant.Attempt), TimeProvider.System.GetUtcNow(), () => Bytes, () => current?.Resources));
        try
        {
            node.Segments.Free(grant.Job, grant.Freed);
            var executor = await ExecutorAsync(grant, cancellation);
            var run = new Run
            {
                Attempt = new Protocol.Execution.Attempt { Stage = grant.Attempt.Stage, Index = grant.Attempt.Index, Number = grant.Attempt.Number },
                Folders = new Folders { Staging = grant.Order.Staging, Shared = grant.Order.Shared, MapOutputs = node.Folders.Outputs(grant.Job) },
            };
            await PrepareAsync(grant, run, fetched, cancellation);
            var result = await executor.RunAsync(run, total => Interlocked.Exchange(ref bytes, total), cancellation);
            await FillAsync(report, grant, run, result, executor.Definition!, cancellation);
            if (report.Failed is not null && last is { } failed) report.Failed = await ExplainAsync(grant, run, failed, report.Failed, cancellation);
        }
        catch (FetchException exception)
        {
            report.Failed = new Failure { Kind = FailureKind.FetchFailed, Message = exception.Message, LostMap = exception.Map.Task.Kind == TaskKind.Map ? Wire.Write(exception.Map) : null };
        }
        catch (ExecutorException exception)
        {
            report.Failed = new Failure { Kind = exception.Kind, Message = exception.Message };
            await EndExecutorAsync();
        }
        catch (BlobException exception)
        {
            // What no node can give is no fault of the one that asked; and what came whole and is no package is one nowhere.
            report.Failed = new Failure { Kind = exception.Error == BlobError.Missing ? FailureKind.FetchFailed : FailureKind.Definition, Message = exception.Message };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EngineException)
        {
            report.Failed = new Failure { Kind = Failures.IsDiskFull(exception) ? FailureKind.DiskFull : FailureKind.Storage, Message = $"{node.Settings.Node}: {exception.Message}" };
        }
        catch (OperationCanceledException)
        {
            if (current is { IsUsable: false }) await EndExecutorAsync();
            throw;
        }
        catch
        {
            // Nobody knows what it does now.
            await EndExecutorAsync();
            throw;
        }
        finally
        {
            node.End(this);
            // What stays goes with the job's other files.
            Removal.TryFolder(fetched);
        }
        return report;
    }

    /// <inheritdoc/>
    public async Task EndExecutorAsync()
    {
        if (current is null) return;
        var ended = current;
        current = null;
        await ended.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndExecutorAsync();

    private async Task<JobExecutor> ExecutorAsync(Grant grant, CancellationToken cancellation)
    {
        if (current is not null && (current.Job != grant.Job || !current.IsUsable)) await EndExecutorAsync();
        if (current is not null) return current;
        var key = node.Settings.Keys.Of(grant.Job, grant.Order.Protection);
        var package = node.Packages.Use(grant.Order.Package, await node.BlobLinks.GetAsync(grant.Order.Package, grant.Order.Holders, cancellation));
        string assembly;
        IDictionary<string, string> sideFiles;
        ExecutorProcess executor;
        try
        {
            assembly = package.PathOf(grant.Order.Assembly);
            sideFiles = await SideFilesAsync(grant.Order, cancellation);
            executor = await node.Executors.TakeAsync(node.Executors.Reach.OfJob(grant.Job, grant.Order, package.Folder), cancellation);
        }
        catch
        {
            package.Dispose();
            throw;
        }
        current = new JobExecutor(grant.Job, executor, package, node.Settings, grant.Order, node.Metrics);
        var settings = grant.Order.Settings.Clone();
        settings.ScratchFolder = node.Folders.Scratch(grant.Job);
        executor.Logs.Begin(node.Folders.Log(grant.Job, Wire.Read(grant.Attempt).ToString()));
        await current.OpenAsync(new Open
        {
            Assembly = assembly,
            JobClass = grant.Order.JobClass,
            Inputs = { grant.Order.Inputs },
            Arguments = { grant.Order.Arguments },
            Settings = settings,
            Job = grant.Job,
            Connections = { node.Settings.Connections.Reveal().ToDictionary() },
            SideFiles = { sideFiles },
            DataKey = key is null ? ByteString.Empty : ByteString.CopyFrom(key.Reveal().Span),
        }, cancellation);
        _ = node.Executors.WarmLaterAsync(() => node.Idle);
        return current;
    }

    /// <summary>Where the files are that travel with the job, by the paths that the job gives them.</summary>
    private async Task<IDictionary<string, string>> SideFilesAsync(JobOrder order, CancellationToken cancellation)
    {
        var files = new Dictionary<string, string>();
        foreach (var file in order.SideFiles) files[file.Path] = await node.BlobLinks.GetAsync(file.Digest, order.Holders, cancellation);
        return files;
    }

    private async Task PrepareAsync(Grant grant, Run run, string fetched, CancellationToken cancellation)
    {
        current!.BeginLog(node.Folders.Log(grant.Job, Wire.Read(grant.Attempt).ToString()));
        switch ((TaskKind)grant.Attempt.Kind)
        {
            case TaskKind.Plan:
                run.Plan = new PlanTask { FirstPlanFile = grant.Plan.Length > 0 ? await node.BlobLinks.GetAsync(grant.Plan, [], cancellation) : "" };
                if (grant.Attempt.Stage > 0) run.Plan.Earlier.Add(await DatasetsAsync(grant.Job, remade: false, cancellation));
                break;
            case TaskKind.Map:
                run.Map = new MapTask { PlanFile = await node.BlobLinks.GetAsync(grant.Plan, [], cancellation) };
                if (grant.Remade) run.Map.Remade.Add((await DatasetsAsync(grant.Job, remade: true, cancellation)).SelectMany(stage => stage.Files).Select(file => file.Path));
                break;
            default:
                maps = await OutputsAsync(grant.Job, grant.Attempt.Stage, cancellation);
                var files = await Fetcher().FetchAsync(grant.Job, grant.Plan, grant.Attempt.Index, maps, fetched, cancellation);
                run.Reduce = new ReduceTask { PlanFile = await node.BlobLinks.GetAsync(grant.Plan, [], cancellation), MapOutputs = { files } };
                break;
        }
    }

    private async Task<IReadOnlyList<(AttemptId, Holder)>> OutputsAsync(string job, int stage, CancellationToken cancellation)
    {
        var outputs = new MapOutputs(job, stage);
        while (outputs.Next is { } query)
            if (outputs.Add(await ask(query, cancellation) as Outputs) is { } missing) throw new FetchException(default, missing);
        return outputs.Found;
    }

    private SegmentFetcher Fetcher() => new(node.Segments, node.Links, node.Settings.Address, node.Settings.ShortCircuit ? new Neighbours(node.Folders, node.Executors.Reach.Confines) : null, node.Epochs, node.Metrics);

    private async Task<IEnumerable<StageDatasets>> DatasetsAsync(string job, bool remade, CancellationToken cancellation)
    {
        var stages = new SortedDictionary<int, StageDatasets>();
        for (var (count, total) = (0, 1); count < total;)
        {
            if (await ask(new DatasetsQuery { Job = job, From = count, Remade = remade }, cancellation) is not Datasets page || page.From != count) throw new IOException("The master cannot say what the earlier stages have made.");
            foreach (var stage in page.Files)
            {
                if (!stages.TryGetValue(stage.Stage, out var files)) stages[stage.Stage] = files = new StageDatasets { Stage = stage.Stage };
                files.Files.Add(stage.Files);
                count += stage.Files.Count;
            }
            total = page.Total;
        }
        return stages.Values;
    }

    /// <summary>Says in a report what came of an attempt.</summary>
    /// <exception cref="ExecutorException">What the executor says makes no sense.</exception>
    internal async Task FillAsync(Report report, Grant grant, Run run, FromExecutor result, Opened definition, CancellationToken cancellation)
    {
        var attempt = Wire.Read(grant.Attempt);
        ReportCheck.Result(run, attempt, definition, result);
        switch (result.MessageCase)
        {
            case FromExecutor.MessageOneofCase.Planned:
                var plan = ReportCheck.Plan(result.Planned, attempt.Task.Stage);
                var digest = node.Blobs.Put(result.Planned.Plan.Span);
                await node.BlobLinks.ReplicateAsync(digest, cancellation);
                report.Planned = new Protocol.Work.Plan { Digest = digest, Maps = plan.Maps, Reduces = plan.Reduces, Definition = definition };
                break;
            case FromExecutor.MessageOneofCase.Mapped:
                // Reducers would look for it again and again, and blame nobody.
                if (!await node.Segments.HasOutputAsync(grant.Job, attempt, grant.Plan, cancellation)) throw ReportCheck.Nonsense("it has mapped its input, and there is no map output");
                report.Made = result.Mapped.Products;
                break;
            case FromExecutor.MessageOneofCase.Reduced:
                report.Made = result.Reduced.Products;
                break;
            default:
                report.Failed = new Failure { Kind = Failures.KindOf(result.Failed.Reason), Message = result.Failed.Message };
                last = result.Failed;
                break;
        }
    }

    /// <summary>Finds out whose fault the state of a file is.</summary>
    private async Task<Failure> ExplainAsync(Grant grant, Run run, Failed failed, Failure failure, CancellationToken cancellation)
    {
        if (failed.File.Length == 0) return failure;
        // The output is not on a disk of this node, which others find as full.
        if (failure.Kind == FailureKind.DiskFull) return IsBelow(failed.File, run.Folders.Staging) || IsBelow(failed.File, run.Folders.Shared) ? new Failure { Kind = FailureKind.OutputFull, Message = failure.Message } : failure;
        if (IsBelow(failed.File, run.Folders.Shared)) return Damage.OfDataset(failed.File, Wire.Read(grant.Attempt), node.Settings.Node, failure, node.Settings.Keys.Of(grant.Job, grant.Order.Protection));
        var index = run.Reduce?.MapOutputs.IndexOf(failed.File) ?? -1;
        if (index < 0 || failure.Kind is not (FailureKind.CorruptData or FailureKind.Storage)) return failure;
        var (map, holder) = maps[index];
        var wasFetched = IsBelow(failed.File, node.Folders.Scratch(grant.Job));
        var isWhole = wasFetched ? await Fetcher().IsWholeAsync(holder.Address, grant.Job, grant.Plan, grant.Attempt.Index, map, grant.Order.Protection, cancellation) : false;
        return Damage.Blame(map, holder.Node, node.Settings.Node, isWhole, failure.Message);
    }

    private static bool IsBelow(string file, string folder) => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
