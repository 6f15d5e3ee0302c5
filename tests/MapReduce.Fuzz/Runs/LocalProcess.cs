using MapReduce.Engine;
using MapReduce.Fuzz.Cases;
using MapReduce.FuzzJobs;
using MapReduce.Local;

namespace MapReduce.Fuzz.Runs;

/// <summary>Runs jobs in this process.</summary>
/// <param name="used">Told of the members of the API that jobs call.</param>
internal sealed class LocalProcess(Action<string> used) : IRunner
{
    public bool Takes(Case of) => true;

    public Observation Run(Workplace place)
    {
        var job = new LocalJob(nameof(PlannedJob), () => new PlannedJob(used), place.Inputs.Paths, place.Output, ["--plan", place.Job.Write()]);
        using var patience = new CancellationTokenSource(Patience.Limit);
        try
        {
            var report = LocalRunner.Run(job, place.Settings, cancellation: patience.Token);
            var observation = new Observation(null, "") { InputRecords = report.InputRecords, SkippedRecords = report.SkippedRecords, Left = place.Left(succeeded: true) };
            return PublishedOutput.Read(observation, place.Output, place.Store, place.Inputs);
        }
        catch (JobFailedException exception)
        {
            return new Observation(exception.Error, exception.Message) { Left = place.Left(succeeded: false) };
        }
        catch (OperationCanceledException)
        {
            return new Observation(EngineError.Storage, "The run does not end.");
        }
    }
}
