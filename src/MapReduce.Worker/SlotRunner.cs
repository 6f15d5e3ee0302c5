using Google.Protobuf;
using MapReduce.Engine;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Blobs;
using MapReduce.Worker.Executors;
using MapReduce.Worker.Segments;

namespace MapReduce.Worker;

/// <summary>Runs each attempt in the slot's executor.</summary>
/// <param name="node">What the slots of the node share.</param>
/// <param name="ask">Asks the job master, as often as it takes.</param>
internal sealed class SlotRunner(WorkerNode node, Func<IMessage, CancellationToken, Task<object>> ask) : IAttemptRunner
{
    private JobExecutor? current;
    private long bytes;

    /// <inheritdoc/>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <inheritdoc/>
    public async Task<Report> RunAsync(Grant grant, CancellationToken cancellation)
    {
        Interlocked.Exchange(ref bytes, 0);
        var report = new Report { Job = grant.Job, Attempt = grant.Attempt };
        var fetched = Path.Combine(node.Folders.Scratch(grant.Job), $"{Messages.Read(grant.Attempt)}-fetched");
        node.Begin();
        try
        {
            var executor = await ExecutorAsync(grant, cancellation);
            var run = new Run
            {
                Attempt = new Protocol.Execution.Attempt { Stage = grant.Attempt.Stage, Index = grant.Attempt.Index, Number = grant.Attempt.Number },
                Folders = new Folders { Staging = grant.Order.Staging, Shared = grant.Order.Shared, MapOutputs = node.Folders.Outputs(grant.Job) },
            };
            await PrepareAsync(grant, run, fetched, cancellation);
            await FillAsync(report, await executor.RunAsync(run, total => Interlocked.Exchange(ref bytes, total), cancellation), executor.Definition, cancellation);
        }
        catch (FetchException exception)
        {
            report.Failed = new Failure { Kind = FailureKind.FetchFailed, Message = exception.Message, LostMap = exception.Map.Task.Kind == TaskKind.Map ? Messages.Write(exception.Map) : null };
        }
        catch (ExecutorException exception)
        {
            report.Failed = new Failure { Kind = exception.Kind, Message = exception.Message };
            await EndExecutorAsync();
        }
        catch (BlobException exception)
        {
            report.Failed = new Failure { Kind = FailureKind.Storage, Message = exception.Message };
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
        finally
        {
            node.End();
            Delete(fetched);
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
        var package = node.Packages.Unpack(grant.Order.Package, await node.BlobLinks.GetAsync(grant.Order.Package, grant.Order.Holders, cancellation));
        var executor = await node.Executors.TakeAsync(cancellation);
        current = new JobExecutor(grant.Job, executor, node.Settings, grant.Order);
        var settings = grant.Order.Settings.Clone();
        settings.ScratchFolder = node.Folders.Scratch(grant.Job);
        executor.Logs.Begin(node.Folders.Log(grant.Job, Messages.Read(grant.Attempt).ToString()));
        await current.OpenAsync(new Open
        {
            Assembly = Path.Combine(package, grant.Order.Assembly),
            JobClass = grant.Order.JobClass,
            Inputs = { grant.Order.Inputs },
            Arguments = { grant.Order.Arguments },
            Settings = settings,
        }, cancellation);
        _ = node.Executors.WarmLaterAsync(() => node.Idle);
        return current;
    }

    private async Task PrepareAsync(Grant grant, Run run, string fetched, CancellationToken cancellation)
    {
        current!.BeginLog(node.Folders.Log(grant.Job, Messages.Read(grant.Attempt).ToString()));
        switch ((TaskKind)grant.Attempt.Kind)
        {
            case TaskKind.Plan:
                run.Plan = new PlanTask();
                if (grant.Attempt.Stage > 0) run.Plan.Earlier.Add(await DatasetsAsync(grant.Job, cancellation));
                break;
            case TaskKind.Map:
                run.Map = new MapTask { PlanFile = await node.BlobLinks.GetAsync(grant.Plan, [], cancellation) };
                break;
            default:
                var maps = await OutputsAsync(grant.Job, grant.Attempt.Stage, cancellation);
                var fetcher = new SegmentFetcher(node.Segments, node.Links, node.Settings.Address, node.Settings.ShortCircuit, node.Epochs);
                var files = await fetcher.FetchAsync(grant.Job, grant.Plan, grant.Attempt.Index, maps, fetched, cancellation);
                run.Reduce = new ReduceTask { PlanFile = await node.BlobLinks.GetAsync(grant.Plan, [], cancellation), MapOutputs = { files } };
                break;
        }
    }

    private async Task<IReadOnlyList<(AttemptId, Holder)>> OutputsAsync(string job, int stage, CancellationToken cancellation)
    {
        var maps = new List<(AttemptId, Holder)>();
        for (var total = 1; maps.Count < total;)
        {
            if (await ask(new OutputsQuery { Job = job, Stage = stage, From = maps.Count }, cancellation) is not Outputs page || page.From != maps.Count || page.Stage != stage)
                throw new FetchException(default, "The master cannot say where the map outputs are.");
            for (var i = 0; i < page.Number.Count; i++) maps.Add((new AttemptId(new TaskId(stage, TaskKind.Map, page.From + i), page.Number[i]), page.Holders[page.Holder[i]]));
            // An answer without outputs says that one of them is lost again.
            if (page.Number.Count == 0 && page.Total > maps.Count) throw new FetchException(default, $"The output of map task {maps.Count} is being made again.");
            total = page.Total;
        }
        return maps;
    }

    private async Task<IEnumerable<StageDatasets>> DatasetsAsync(string job, CancellationToken cancellation)
    {
        var stages = new SortedDictionary<int, StageDatasets>();
        for (var (count, total) = (0, 1); count < total;)
        {
            if (await ask(new DatasetsQuery { Job = job, From = count }, cancellation) is not Datasets page || page.From != count) throw new IOException("The master cannot say what the earlier stages have made.");
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

    private async Task FillAsync(Report report, FromExecutor result, Opened? definition, CancellationToken cancellation)
    {
        switch (result.MessageCase)
        {
            case FromExecutor.MessageOneofCase.Planned:
                var digest = node.Blobs.Put(result.Planned.Plan.Span);
                await node.BlobLinks.ReplicateAsync(digest, cancellation);
                report.Planned = new Protocol.Work.Plan { Digest = digest, Maps = result.Planned.Maps, Reduces = result.Planned.Reduces, Definition = definition };
                break;
            case FromExecutor.MessageOneofCase.Mapped:
                report.Made = result.Mapped.Products;
                break;
            case FromExecutor.MessageOneofCase.Reduced:
                report.Made = result.Reduced.Products;
                break;
            default:
                report.Failed = new Failure { Kind = Failures.KindOf(result.Failed.Reason), Message = result.Failed.Message };
                break;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It goes with the job's other files.
        }
    }
}
