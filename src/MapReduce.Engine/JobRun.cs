using MapReduce.Engine.Memory;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine;

/// <summary>What a run gives to a job: its inputs and its own arguments.</summary>
/// <param name="Name">The name that messages give to the job.</param>
/// <param name="Inputs">The paths and globs to read, in order.</param>
/// <param name="Arguments">The job's own arguments.</param>
public sealed record JobRequest(string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Arguments)
{
    /// <summary>Where the side files are that travelled with the job, by the paths that the job gives them; null where the job finds them itself, on the machine that has them.</summary>
    public IReadOnlyDictionary<string, string>? SideFiles { get; init; }
}

/// <summary>A defined job, ready to plan its stages and to run their tasks. Tasks may run on several threads at a time.</summary>
public sealed class JobRun
{
    private readonly JobDefinition definition;
    private readonly EngineSettings settings;
    private readonly string text;

    private JobRun(JobDefinition definition, string text, EngineSettings settings)
    {
        this.definition = definition;
        this.text = text;
        this.settings = settings;
    }

    /// <summary>The job's name.</summary>
    public string Name => definition.Name;

    /// <summary>For each stage the earlier stages whose results it reads.</summary>
    public IReadOnlyList<IReadOnlyList<int>> DependsOn => [.. definition.Stages.Select(stage => stage.DependsOn)];

    /// <summary>The stages in words.</summary>
    public IReadOnlyList<StageOutline> Outline => [.. definition.Stages.Select(StageOutline.Of)];

    /// <summary>The names of the counters, by index.</summary>
    public IReadOnlyList<string> Counters => [.. definition.Counters.Select(counter => counter.Name)];

    /// <summary>The side files: the paths that the job gives them, each once, and where they are.</summary>
    public IReadOnlyDictionary<string, string> SideFiles => definition.SideFiles.DistinctBy(file => file.DeclaredPath).ToDictionary(file => file.DeclaredPath, file => file.FullPath);

    /// <summary>The outputs that are folders of parts.</summary>
    public IReadOnlyList<OutputLayout> Outputs => [.. OutputLayouts.Of(definition)];

    /// <summary>The stores that the job writes to: the participant and the connection of each.</summary>
    public IReadOnlyList<StoreTarget> Stores
        => [.. definition.Stages.SelectMany(stage => stage.Channels).SelectMany(channel => channel.Result!.Sinks).Select(sink => new StoreTarget(sink.Participant, sink.Connection)).Distinct()];

    /// <summary>Whether no task may run twice at a time: the job declares side effects, or writes to a store, where a second attempt would wait for the rows of the first.</summary>
    public bool HasSideEffects => definition.HasSideEffects || Stores.Count > 0;

    /// <summary>Lets a job define itself, twice, to find out at once if it does so in two ways.</summary>
    /// <exception cref="JobException">The definition contradicts itself, or its arguments are wrong.</exception>
    /// <exception cref="EngineException">The job's constructor or <see cref="IJob.Define"/> threw, or gave two definitions.</exception>
    public static JobRun Define(Func<IJob> create, JobRequest request, EngineSettings settings)
    {
        var definition = DefineOnce(create, request);
        var (text, again) = (DefinitionText.Of(definition), DefinitionText.Of(DefineOnce(create, request)));
        if (text == again) return new JobRun(definition, text, settings);
        var (where, first, second) = DefinitionText.Difference(text, again);
        throw new EngineException(EngineError.NotDeterministic,
            $"{request.Name}: Define gives a different job each time it runs. First {where}: {first}; then {where}: {second}. It may depend only on its inputs and arguments: not on time, chance, or static state.");
    }

    /// <summary>Holds the job as this process has defined it against the plan of one of its stages, which another process may have made.</summary>
    /// <exception cref="EngineException">The two definitions are not the same; the message says what differs.</exception>
    public void Check(StagePlan plan)
    {
        if (plan.Definition.Length == 0 || plan.Definition == text) return;
        var (where, here, there) = DefinitionText.Difference(text, plan.Definition);
        throw new EngineException(EngineError.NotDeterministic,
            $"{Name}: Define gives another job in this process than in the one that planned it. Here {where}: {here}; in the plan {where}: {there}. "
            + "It may depend only on its inputs and arguments: not on the machine, its environment and its files, nor on time, chance, or static state.");
    }

    /// <summary>Plans a stage.</summary>
    /// <param name="stage">The stage; those it depends on are complete.</param>
    /// <param name="datasets">The files of the dataset of a channel of an earlier stage, by stage and channel.</param>
    /// <param name="cancellation">Cancels it: where keys are sampled, the job's functions run.</param>
    /// <exception cref="OperationCanceledException">Planning was cancelled.</exception>
    public StagePlan Plan(int stage, Func<int, int, IReadOnlyList<DatasetFile>> datasets, CancellationToken cancellation = default)
    {
        var userCode = new UserCode(Name, stage, "planning", cancellation);
        try
        {
            return new StagePlanner(definition, settings, channel => datasets(channel.Stage, channel.Index), cancellation).Plan(stage, text);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("while keys were sampled", exception);
        }
    }

    /// <summary>Runs a map attempt on this thread.</summary>
    public MapResult Map(StagePlan plan, TaskIdentity identity, TaskFolders folders, RetainedMemory? retained, Action<long>? progress, CancellationToken cancellation)
    {
        Check(plan);
        return new MapTask(definition, plan, settings, retained).Run(identity, folders, progress, cancellation);
    }

    /// <summary>Runs a reduce attempt on this thread.</summary>
    /// <param name="plan">The stage's plan.</param>
    /// <param name="identity">The attempt.</param>
    /// <param name="maps">The outputs of all map tasks, in the order of the tasks.</param>
    /// <param name="folders">Where the attempt's files go.</param>
    /// <param name="progress">Told of bytes taken; null where nobody asks.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    public ReduceResult Reduce(StagePlan plan, TaskIdentity identity, IReadOnlyList<MapOutput> maps, TaskFolders folders, Action<long>? progress, CancellationToken cancellation)
    {
        Check(plan);
        return new ReduceTask(definition, plan, settings).Run(identity, maps, folders, progress, cancellation);
    }

    private static JobDefinition DefineOnce(Func<IJob> create, JobRequest request)
    {
        var builder = new JobBuilder(new JobArguments(request.Inputs, request.Arguments, request.SideFiles));
        var where = "The constructor";
        try
        {
            var job = create();
            where = "Define";
            job.Define(builder);
        }
        catch (TypeInitializationException exception) when (exception.InnerException is { } inner and not (JobException or EngineException))
        {
            throw Threw($"The static constructor of '{exception.TypeName}'", inner);
        }
        catch (Exception exception) when (exception is not (JobException or EngineException))
        {
            throw Threw(where, exception);
        }
        return builder.Build(request.Name);

        EngineException Threw(string where, Exception exception)
            => new(EngineError.UserCode, $"{request.Name}: {where} threw {exception.GetType().Name}: {exception.Message}{Environment.NewLine}{exception.StackTrace}", exception);
    }
}
