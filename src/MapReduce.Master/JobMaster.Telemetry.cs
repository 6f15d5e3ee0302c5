using Akka.Event;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    /// <inheritdoc/>
    protected override void PostStop()
    {
        settings.Metrics.Observe(null);
        base.PostStop();
    }

    /// <summary>A record is written.</summary>
    private void Note(MasterRecord record, long begun)
    {
        settings.Metrics.Journalled(begun, 1);
        switch (record.EventCase)
        {
            case MasterRecord.EventOneofCase.JobAccepted:
                settings.Metrics.JobAccepted();
                log.Info("Job {Job} ({Name}) is accepted.", record.JobAccepted.Spec.Id, record.JobAccepted.Spec.Name);
                break;
            case MasterRecord.EventOneofCase.JobEnded:
                settings.Metrics.JobEnded(record.JobEnded.Phase);
                log.Info("Job {Job} has ended: {Phase}.", record.JobEnded.Job, record.JobEnded.Phase);
                break;
        }
    }

    private void ObserveFigures()
    {
        var now = Now;
        var demands = Dispatcher.Demands.Values;
        settings.Metrics.Observe(new MasterFigures(
            Registry.Epoch.Value,
            demands.Count(),
            demands.Sum(demand => demand.Running),
            demands.Sum(demand => demand.Runnable),
            members.Nodes.Values.GroupBy(node => node.State, StringComparer.Ordinal).ToDictionary(state => state.Key, state => state.Count(), StringComparer.Ordinal),
            members.Nodes.Keys.Count(node => Dispatcher.IsQuarantined(node.Node, now))));
    }
}
