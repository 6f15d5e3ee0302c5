using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>Where the map outputs of a stage are: what the master answers, and how a reducer puts the pages together.</summary>
public sealed class MapOutputs
{
    private const int OutputsOfPage = 8000;

    private readonly List<(AttemptId Map, Holder Holder)> found = [];
    private readonly string job;
    private readonly int stage;
    private int total = 1;

    /// <param name="job">The job.</param>
    /// <param name="stage">The stage.</param>
    public MapOutputs(string job, int stage) => (this.job, this.stage) = (job, stage);

    /// <summary>The attempts that count, in the order of their tasks, and who holds their outputs.</summary>
    public IReadOnlyList<(AttemptId Map, Holder Holder)> Found => found;

    /// <summary>The next question; null where all is known.</summary>
    public OutputsQuery? Next => found.Count < total ? new OutputsQuery { Job = job, Stage = stage, From = found.Count } : null;

    /// <summary>What the master answers: where map outputs are, up to the first that is missing.</summary>
    /// <param name="state">The job.</param>
    /// <param name="holderOf">A node as reducers see it; null where it is no member.</param>
    /// <param name="query">The question.</param>
    public static Outputs Answer(JobState state, Func<WorkerId, Holder?> holderOf, OutputsQuery query)
    {
        var answer = new Outputs { Job = query.Job, Stage = query.Stage, From = query.From, Epoch = state.Epoch.Value };
        if (query.Stage < 0 || query.Stage >= state.StageCount) return answer;
        answer.Total = state.Progress(query.Stage).Maps;
        var holders = new Dictionary<WorkerId, int>();
        for (var index = query.From; index < answer.Total && answer.Number.Count < OutputsOfPage; index++)
        {
            var task = new TaskId(query.Stage, TaskKind.Map, index);
            if (state.Winner(task) is not { } winner || state.WinnerWorker(task) is not { } worker) break;
            if (!holders.TryGetValue(worker, out var holder))
            {
                if (holderOf(worker) is not { } known) break;
                holders[worker] = holder = answer.Holders.Count;
                answer.Holders.Add(known);
            }
            answer.Holder.Add(holder);
            answer.Number.Add(winner.Number);
        }
        return answer;
    }

    /// <summary>Takes the answer to <see cref="Next"/>.</summary>
    /// <returns>Why the outputs cannot be had now; null where they can, as far as is known.</returns>
    public string? Add(Outputs? page)
    {
        if (page is null || page.From != found.Count || page.Stage != stage || page.Job != job) return "The master cannot say where the map outputs are.";
        for (var i = 0; i < page.Number.Count; i++) found.Add((new AttemptId(new TaskId(stage, TaskKind.Map, page.From + i), page.Number[i]), page.Holders[page.Holder[i]]));
        // An answer without outputs says that one of them is lost again.
        if (page.Number.Count == 0 && page.Total > found.Count) return $"The output of map task {found.Count} is being made again.";
        total = page.Total;
        return null;
    }
}
