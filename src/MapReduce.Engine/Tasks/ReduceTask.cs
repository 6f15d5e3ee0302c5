using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Runs one attempt at a reduce task: one partition of one channel.</summary>
internal sealed class ReduceTask(JobDefinition job, StagePlan plan, EngineSettings settings)
{
    /// <summary>Runs the attempt on this thread.</summary>
    /// <param name="identity">The attempt.</param>
    /// <param name="maps">The outputs of all map tasks of the stage, in the order of the tasks.</param>
    /// <param name="folders">Where the attempt's files go.</param>
    /// <param name="progress">Told of bytes of map output taken; null where nobody asks.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="EngineException">The attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The attempt was cancelled.</exception>
    public ReduceResult Run(TaskIdentity identity, IReadOnlyList<MapOutput> maps, TaskFolders folders, Action<long>? progress, CancellationToken cancellation)
    {
        var (channel, partition) = plan.Reduce(identity.Index);
        var scratch = new ScratchFiles(folders.Scratch);
        var context = new EngineTaskContext(identity, job.Counters.Count, scratch);
        var userCode = new UserCode(job.Name, plan.Stage, "reduce", cancellation);
        var blocks = new PartitionBlocks(maps, plan.Channels[channel]!, partition, settings.Key, progress, cancellation);
        using var run = new ReduceSteps(plan.Channels[channel]!, partition, blocks, folders, settings, scratch, context, userCode, cancellation);
        TaskContext.Enter(context);
        try
        {
            SideFiles.CheckUnchanged(job);
            job.Stages[plan.Stage].Channels[channel].Reduce!.Accept(run);
            SideFiles.CheckUnchanged(job);
            return run.Prepare();
        }
        finally
        {
            run.GiveUp();
            TaskContext.Enter(null);
            scratch.Delete();
        }
    }
}
