using System.Globalization;
using MapReduce.Engine;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Protocol;

namespace MapReduce.Cli.Replay;

/// <summary>Runs tasks of a job in this process, and makes again what they need and the cluster has no longer.</summary>
/// <param name="run">The job.</param>
/// <param name="folder">The folder for all that is made.</param>
/// <param name="journalled">Reads the plan of a stage as it was journalled.</param>
/// <param name="say">Tells the user of what takes time.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class LocalStages(JobRun run, string folder, Func<int, StagePlan> journalled, Action<string> say, CancellationToken cancellation)
{
    private readonly Dictionary<int, List<DatasetFile>> datasets = [];
    private readonly Dictionary<int, StagePlan> plans = [];

    /// <summary>The plan of a stage: as journalled, or made again where the results of earlier stages had to be.</summary>
    public StagePlan PlanOf(int stage)
    {
        if (plans.TryGetValue(stage, out var known)) return known;
        var plan = journalled(stage);
        if (run.DependsOn[stage].Count > 0 && plan.Splits.SelectMany(split => split.Ranges).Any(range => !File.Exists(range.File.Path)))
        {
            var again = PlanAgain(stage);
            if ((again.Maps, again.Reduces) != (plan.Maps, plan.Reduces))
                throw new EngineException(EngineError.NotDeterministic, $"{run.Name}: the stages before stage {stage + 1} give {again.Maps} map tasks here and gave {plan.Maps} on the cluster. Their functions may depend only on their input.");
            plan = again;
        }
        return plans[stage] = plan;
    }

    /// <summary>Plans a stage, and makes again what it reads of earlier stages.</summary>
    public StagePlan PlanAgain(int stage)
    {
        foreach (var earlier in run.DependsOn[stage])
        {
            if (datasets.ContainsKey(earlier)) continue;
            say($"The results of stage {earlier + 1} are gone with the job's files, so it runs again here.");
            RunStage(earlier);
        }
        return run.Plan(stage, (earlier, channel) => [.. datasets[earlier].Where(file => file.Channel == channel)], cancellation);
    }

    /// <summary>Runs a map attempt.</summary>
    public MapResult Map(int stage, int index, int number)
        => run.Map(PlanOf(stage), new TaskIdentity(stage, index, number), Folders(new AttemptId(new TaskId(stage, TaskKind.Map, index), number)), retained: null, progress: null, cancellation);

    /// <summary>Runs a reduce attempt.</summary>
    public ReduceResult Reduce(int stage, int index, int number, IReadOnlyList<MapOutput> maps)
        => run.Reduce(PlanOf(stage), new TaskIdentity(stage, index, number), maps, Folders(new AttemptId(new TaskId(stage, TaskKind.Reduce, index), number)), progress: null, cancellation);

    /// <summary>Runs all map tasks of a stage.</summary>
    public List<MapResult> Maps(int stage)
    {
        var plan = PlanOf(stage);
        var results = new List<MapResult>();
        for (var map = 0; map < plan.Maps; map++)
        {
            say(string.Create(CultureInfo.InvariantCulture, $"map {map + 1} of {plan.Maps} of stage {stage + 1}"));
            results.Add(Map(stage, map, 0));
        }
        return results;
    }

    private void RunStage(int stage)
    {
        var made = new List<DatasetFile>();
        var maps = Maps(stage);
        made.AddRange(maps.SelectMany(map => map.Datasets));
        for (var reduce = 0; reduce < PlanOf(stage).Reduces; reduce++) made.AddRange(Reduce(stage, reduce, 0, [.. maps.Select(map => map.Output)]).Datasets);
        maps.ForEach(map => map.Output.Delete());
        datasets[stage] = made;
    }

    private TaskFolders Folders(AttemptId attempt)
        => new(Path.Combine(folder, "parts"), Path.Combine(folder, "shared"), Path.Combine(folder, "outputs"), Path.Combine(folder, "scratch", attempt.ToString()), attempt.ToString());
}
