using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    /// <summary>The state that a snapshot was made of; see <see cref="JobStateCodec"/>.</summary>
    internal JobState(JobId id, JobRules rules, JobSnapshot snapshot, StageState[] stages)
    {
        Id = id;
        Rules = rules;
        this.stages = stages;
        Definition = snapshot.Definition is { } definition ? ((JobEvent.JobDefined)JobEventCodec.FromRecord(definition)).Definition : null;
        IsDefined = snapshot.IsDefined;
        if (Definition is { HasSideEffects: true }) Rules = Rules with { AllowsSpeculation = false };
        Epoch = new Epoch(snapshot.Epoch);
        BeganAt = snapshot.Started == 0 ? null : JobEventCodec.Time(snapshot.Started);
        counters = [.. snapshot.Counters];
        SkippedRecords = snapshot.SkippedRecords;
        FailedAttempts = snapshot.FailedAttempts;
        LostAttempts = snapshot.LostAttempts;
        KeepsCounts = snapshot.KeepsCounts;
        foreach (var worker in snapshot.Workers) NumberOf(JobEventCodec.Read(worker));
        if (snapshot.Attempts is { } attempts) Attempts.Restore(attempts);
        remade.AddRange(snapshot.Remade.Select(JobEventCodec.Read));
        RestoreTasks();
        if (snapshot.HotKeys is { } hotKeys) Totals.Restore(hotKeys.Keys);
        if (snapshot.Phase is { } phase) Apply(JobEventCodec.FromRecord(phase));
        Revision = snapshot.Revision;
    }

    private void RestoreTasks()
    {
        for (var stage = 0; stage < stages.Length; stage++)
        {
            foreach (var kind in (TaskKind[])[TaskKind.Plan, TaskKind.Map, TaskKind.Reduce])
            {
                var cells = stages[stage].Cells(kind);
                for (var index = 0; index < cells.Length; index++)
                {
                    var task = new TaskId(stage, kind, index);
                    if (cells[index].IsRunning) running.Add(task);
                    RunningAttempts += (cells[index].First.IsSet ? 1 : 0) + (cells[index].Second.IsSet ? 1 : 0);
                    if (stages[stage].MadeBy(task) is not { } made) continue;
                    var products = Products.Parser.ParseFrom(made);
                    Totals.Add(products.Totals);
                    CountPrepared(stages[stage], products, 1);
                }
            }
        }
    }
}
