using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Engine.Output;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Protocol;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Local;

public sealed partial class LocalRunner
{
    private void RunAttempt(AttemptId attempt)
    {
        try
        {
            switch (attempt.Task.Kind)
            {
                case TaskKind.Plan: RunPlan(attempt); break;
                case TaskKind.Map: RunMap(attempt); break;
                default: RunReduce(attempt); break;
            }
        }
        catch (EngineException exception)
        {
            Report(new JobCommand.Fail(attempt, OnlyEpoch, new Failure(Errors.ReasonOf(exception.Error), exception.Message)));
        }
        catch (StorageException exception)
        {
            Report(new JobCommand.Fail(attempt, OnlyEpoch, new Failure(FailureReason.BadInput, exception.Message)));
        }
        catch (JobException exception)
        {
            Report(new JobCommand.Fail(attempt, OnlyEpoch, new Failure(FailureReason.Definition, exception.Message)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The brain has revoked the attempt before it asked for this.
        }
    }

    private void RunPlan(AttemptId attempt)
    {
        var stage = attempt.Task.Stage;
        var begun = time.GetTimestamp();
        var plan = run.Plan(stage, (earlier, channel) => stages[earlier].Datasets(channel), stop.Token);
        lock (gate)
        {
            var work = stages[stage];
            work.Open(plan);
            Decide(new JobCommand.CompletePlan(attempt, OnlyEpoch, plan.Hash, plan.Maps, plan.Reduces));
            totals.AddPhase(PhaseName("plan", stage), time.GetElapsedTime(begun));
            work.PhaseBegun = time.GetTimestamp();
            if (plan.Maps > 0) Progress.Begin(PhaseName("map", stage), plan.Maps, plan.InputBytes);
            else Progress.Begin(PhaseName("reduce", stage), plan.Reduces, 0);
            Monitor.PulseAll(gate);
        }
    }

    private void RunMap(AttemptId attempt)
    {
        var work = stages[attempt.Task.Stage];
        var result = run.Map(work.Plan, Identity(attempt), Folders(attempt), retained, Progress.Add, stop.Token);
        lock (gate)
        {
            var counts = Decide(new JobCommand.Complete(attempt, OnlyEpoch, result.Totals.Counters, result.Totals.RecordsSkipped)).OfType<JobEvent.AttemptSucceeded>().Any();
            if (counts) Accept(attempt, work, result);
            else result.Output.Delete();
            Monitor.PulseAll(gate);
        }
    }

    private void Accept(AttemptId attempt, StageWork work, MapResult result)
    {
        work.Outputs[attempt.Task.Index] = result.Output;
        work.Accept(attempt.Task, result.Parts, result.Datasets, result.Tickets);
        totals.AddMap(result.Totals);
        Progress.Done++;
        var progress = state.Progress(attempt.Task.Stage);
        if (progress.MapsDone < progress.Maps) return;
        totals.AddPhase(PhaseName("map", attempt.Task.Stage), time.GetElapsedTime(work.PhaseBegun));
        work.PhaseBegun = time.GetTimestamp();
        if (progress.Reduces > 0) Progress.Begin(PhaseName("reduce", attempt.Task.Stage), progress.Reduces, work.Outputs.Sum(output => output!.StoredBytes));
    }

    private void RunReduce(AttemptId attempt)
    {
        var work = stages[attempt.Task.Stage];
        var result = run.Reduce(work.Plan, Identity(attempt), work.Outputs!, Folders(attempt), Progress.Add, stop.Token);
        lock (gate)
        {
            if (Decide(new JobCommand.Complete(attempt, OnlyEpoch, result.Totals.Counters, result.Totals.RecordsSkipped)).OfType<JobEvent.AttemptSucceeded>().Any())
            {
                work.Accept(attempt.Task, result.Parts, result.Datasets, result.Tickets);
                totals.AddReduce(result.Totals);
                Progress.Done++;
                if (state.Progress(attempt.Task.Stage).IsComplete)
                {
                    totals.AddPhase(PhaseName("reduce", attempt.Task.Stage), time.GetElapsedTime(work.PhaseBegun));
                    work.FreeOutputs();
                }
            }
            Monitor.PulseAll(gate);
        }
    }

    private void Report(JobCommand.Fail failure)
    {
        lock (gate)
        {
            Decide(failure);
            if (state.Phase.IsEnd) stop.Cancel();
            Monitor.PulseAll(gate);
        }
        RecoverStores();
    }

    private static TaskIdentity Identity(AttemptId attempt) => new(attempt.Task.Stage, attempt.Task.Index, attempt.Number);

    private TaskFolders Folders(AttemptId attempt)
    {
        var name = attempt.ToString();
        var spill = spills.Count == 0 ? output.Scratch : spills[(attempt.Task.Index + attempt.Number) % spills.Count].Path;
        return new TaskFolders(output.Private, spill, spill, Path.Combine(spill, name), name);
    }

    private string PhaseName(string phase, int stage) => state.StageCount == 1 ? phase : $"{phase} {stage + 1}/{state.StageCount}";

    /// <summary>What the tasks of a stage have made.</summary>
    private sealed class StageWork : IDisposable
    {
        private readonly Dictionary<TaskId, Made> made = [];
        private bool isFreed;

        public Engine.Plan.StagePlan Plan { get; private set; } = null!;

        public MapOutput?[] Outputs { get; private set; } = [];

        public long PhaseBegun { get; set; }

        public IEnumerable<PartFile> Parts => made.Values.SelectMany(products => products.Parts);

        public IEnumerable<CommitTicket> Tickets => made.Values.SelectMany(products => products.Tickets);

        public void Open(Engine.Plan.StagePlan plan)
        {
            Plan = plan;
            Outputs = new MapOutput?[plan.Maps];
        }

        public void Accept(TaskId task, IReadOnlyList<PartFile> parts, IReadOnlyList<DatasetFile> datasets, IReadOnlyList<CommitTicket> tickets) => made[task] = new Made(parts, datasets, tickets);

        /// <summary>The files of a channel's dataset in the order of its partitions, or of the map tasks for a map-only channel.</summary>
        public IReadOnlyList<DatasetFile> Datasets(int channel)
            => [.. made.OrderBy(task => task.Key.Kind).ThenBy(task => task.Key.Index).SelectMany(task => task.Value.Datasets).Where(file => file.Channel == channel)];

        /// <summary>Deletes what no later stage needs any more.</summary>
        public void FreeDatasets()
        {
            if (isFreed) return;
            isFreed = true;
            foreach (var file in made.Values.SelectMany(products => products.Datasets)) file.Delete();
        }

        public void FreeOutputs()
        {
            foreach (var output in Outputs) output?.Delete();
            Outputs = [];
        }

        public void Dispose() => FreeOutputs();

        private sealed record Made(IReadOnlyList<PartFile> Parts, IReadOnlyList<DatasetFile> Datasets, IReadOnlyList<CommitTicket> Tickets);
    }
}
