using MapReduce.Engine.Input;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Runs one attempt at a map task: reads a split, maps its records and makes the task's share of the shuffle.</summary>
internal sealed class MapTask(JobDefinition job, StagePlan plan, EngineSettings settings, RetainedMemory? retained)
{
    private const int LargestReadBuffer = 1 << 20;
    private const int SmallestReadBuffer = 4 << 10;

    /// <summary>Runs the attempt on this thread.</summary>
    /// <exception cref="EngineException">The attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The attempt was cancelled.</exception>
    public MapResult Run(TaskIdentity identity, TaskFolders folders, Action<long>? progress, CancellationToken cancellation)
    {
        var stage = job.Stages[plan.Stage];
        var split = plan.Splits[identity.Index];
        var scratch = new ScratchFiles(folders.Scratch);
        var context = new EngineTaskContext(identity, job.Counters.Count, scratch);
        var userCode = new UserCode(job.Name, plan.Stage, "map", cancellation);
        using var products = new TaskProducts();
        using var badRecords = new BadRecords(context, job.Name, settings.SkipBadRecords, () => Quarantine(identity, folders));
        using var buffers = plan.Segments == 0 ? null : new SegmentBuffers(plan.Segments, settings, retained, folders.MapOutput());
        using var binder = new MapBinder(stage, plan, split, buffers, context, badRecords, userCode, settings, scratch, folders, products);
        var bufferLength = (int)Math.Clamp(settings.TaskMemory / 8, SmallestReadBuffer, Math.Clamp(split.Length + 1, SmallestReadBuffer, LargestReadBuffer));
        var reading = new ReadContext(context.Position, badRecords, cancellation, bufferLength, progress, number => settings.StoreOf(folders.Prefix, number, cancellation), settings.Key);
        MapOutput? output = null;
        TaskContext.Enter(context);
        try
        {
            SideFiles.CheckUnchanged(job);
            var runner = new SourceRunner(binder, split, reading);
            runner.Run(stage.Sources[split.Source]);
            binder.Complete();
            if (badRecords.Complete() is { } quarantine) products.Parts.Add(quarantine);
            output = buffers?.Complete();
            SideFiles.CheckUnchanged(job);
            products.Prepare();
            return new MapResult(output ?? MapOutput.Empty, products.Parts, products.Datasets, new TaskTotals
            {
                RecordsRead = runner.Totals.Records,
                BytesRead = runner.Totals.Bytes,
                ReadsInput = stage.Sources[split.Source].Upstream is null,
                ShuffleBytes = buffers?.FlushedBytes ?? 0,
                SpilledBytes = buffers?.SpilledBytes ?? 0,
                RowsWritten = products.Rows,
                RecordsSkipped = badRecords.Skipped,
                Counters = context.Counts,
            })
            {
                Tickets = products.Tickets,
                Fingerprint = buffers?.Fingerprint,
            };
        }
        catch (Exception exception)
        {
            output?.Delete();
            if (!userCode.Threw(exception)) throw;
            throw userCode.Failure("while the task was set up or closed", exception);
        }
        finally
        {
            binder.GiveUp();
            TaskContext.Enter(null);
            scratch.Delete();
        }
    }

    private PartWriter<None, string> Quarantine(TaskIdentity identity, TaskFolders folders)
    {
        var target = new OutputTarget("_quarantine");
        var name = new OutputNode<None, string>(target, new TextFormat<None, string>());
        var before = plan.Stage * 1_000_000;
        return new PartWriter<None, string>(name, new PartNumber(before + identity.Index, before + plan.Maps), folders.NextPart(), settings.Durable);
    }
}
