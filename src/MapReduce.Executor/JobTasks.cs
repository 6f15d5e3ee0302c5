using Google.Protobuf;
using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Storage;

namespace MapReduce.Executor;

/// <summary>A job that has been loaded and defined, and the tasks of it that the node asks for.</summary>
internal sealed class JobTasks
{
    private readonly JobRun job;
    private readonly string scratch;
    private readonly DataKey? key;
    private (string File, StagePlan Plan)? last;

    private JobTasks(JobRun job, EngineSettings settings)
    {
        this.job = job;
        scratch = settings.ScratchFolder;
        key = settings.Key;
    }

    /// <summary>What the node must know of the job.</summary>
    public Opened Description
    {
        get
        {
            var opened = new Opened { Name = job.Name, HasSideEffects = job.HasSideEffects };
            opened.Counters.Add(job.Counters);
            opened.Stores.Add(job.Stores.Select(store => new Store { Participant = store.Participant, Connection = store.Connection }));
            opened.Stages.Add(job.Outline.Select(stage => new Stage { DependsOn = { stage.DependsOn }, Reads = { stage.Reads }, Steps = { stage.Steps }, Writes = { stage.Writes } }));
            opened.Outputs.Add(job.Outputs.Select(output => new Layout { Name = output.Name, Ranges = output.Ranges, HasKey = output.Key is not null, Key = { output.Key ?? [] } }));
            return opened;
        }
    }

    public static JobTasks Open(Open open)
    {
        var (name, create) = JobLoader.Load(open.Assembly, open.JobClass.Length == 0 ? null : open.JobClass);
        var settings = new EngineSettings
        {
            TaskMemory = open.Settings.TaskMemory,
            SplitBytes = open.Settings.SplitBytes,
            Partitions = open.Settings.Partitions,
            Compression = (BlockCompression)open.Settings.Compression,
            Key = open.DataKey.IsEmpty ? null : new DataKey(open.DataKey.Span),
            SkipBadRecords = open.Settings.SkipBadRecords,
            Durable = open.Settings.Durable,
            ScratchFolder = open.Settings.ScratchFolder,
            Job = open.Job,
            Connections = Connections.Of(open.Connections),
        };
        return new JobTasks(JobRun.Define(create, new JobRequest(name, open.Inputs, open.Arguments) { SideFiles = open.SideFiles.ToDictionary() }, settings), settings);
    }

    /// <summary>Runs an attempt on this thread.</summary>
    public FromExecutor Run(Run run, Action<long> progress, CancellationToken cancellation) => run.TaskCase switch
    {
        Protocol.Execution.Run.TaskOneofCase.Plan => new FromExecutor { Planned = Plan(run, cancellation) },
        Protocol.Execution.Run.TaskOneofCase.Map => new FromExecutor { Mapped = Map(run, progress, cancellation) },
        Protocol.Execution.Run.TaskOneofCase.Reduce => new FromExecutor { Reduced = Reduce(run, progress, cancellation) },
        _ => throw new InvalidOperationException("The node asks for a kind of task that this executor does not know. Run the same version on all nodes."),
    };

    private Planned Plan(Run run, CancellationToken cancellation)
    {
        if (run.Plan.FirstPlanFile.Length > 0) job.Check(PlanOf(run.Plan.FirstPlanFile));
        var earlier = run.Plan.Earlier.ToDictionary(stage => stage.Stage, stage => stage.Files);
        var plan = job.Plan(run.Attempt.Stage, (stage, channel) => [.. earlier[stage].Where(file => file.Channel == channel).Select(Wire.Read)], cancellation);
        if (plan.Bytes.Length > MessageLimits.MostBytesOfPlan)
            throw new EngineException(EngineError.BadInput, $"Stage {plan.Stage + 1} reads so many files, in so many splits, that its plan has {plan.Bytes.Length >> 20} MiB; it may have {MessageLimits.MostBytesOfPlan >> 20} MiB. Put the input into fewer files, or make splits larger with --split.");
        return new Planned { Attempt = run.Attempt, Plan = UnsafeByteOperations.UnsafeWrap(plan.Bytes), Maps = plan.Maps, Reduces = plan.Reduces };
    }

    private Mapped Map(Run run, Action<long> progress, CancellationToken cancellation)
    {
        var result = job.Map(PlanOf(run.Map.PlanFile).Reading(run.Attempt.Index, run.Map.Remade), Identity(run.Attempt), Folders(run, TaskKind.Map), retained: null, progress, cancellation);
        var mapped = new Mapped { Attempt = run.Attempt, Output = result.Output.FilePath ?? "", Products = Wire.Write(result.Parts, result.Datasets, result.Tickets, result.Totals) };
        // All of a map output goes to a file, because other nodes fetch it from there: that is no want of memory.
        mapped.Products.Totals.SpilledBytes = 0;
        if (result.Fingerprint is { } fingerprint) mapped.Products.Fingerprint = fingerprint;
        return mapped;
    }

    private Reduced Reduce(Run run, Action<long> progress, CancellationToken cancellation)
    {
        var plan = PlanOf(run.Reduce.PlanFile);
        var outputs = run.Reduce.MapOutputs.Select(path => MapOutput.Open(path, key)).ToList();
        var result = job.Reduce(plan, Identity(run.Attempt), outputs, Folders(run, TaskKind.Reduce), progress, cancellation);
        return new Reduced { Attempt = run.Attempt, Products = Wire.Write(result.Parts, result.Datasets, result.Tickets, result.Totals) };
    }

    /// <summary>The plan of a stage; the same for all its tasks.</summary>
    private StagePlan PlanOf(string file)
    {
        if (last is null || last.Value.File != file) last = (file, StagePlan.Read(File.ReadAllBytes(file), key));
        return last.Value.Plan;
    }

    private TaskFolders Folders(Run run, TaskKind kind)
    {
        var attempt = new AttemptId(new TaskId(run.Attempt.Stage, kind, run.Attempt.Index), run.Attempt.Number).ToString();
        return new TaskFolders(run.Folders.Staging, run.Folders.Shared, run.Folders.MapOutputs, Path.Combine(scratch, attempt), attempt);
    }

    private static TaskIdentity Identity(Attempt attempt) => new(attempt.Stage, attempt.Index, attempt.Number);
}
