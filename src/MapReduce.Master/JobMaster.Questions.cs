using Akka.Actor;
using Akka.Event;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    private const int JobsOfPage = 100;

    /// <summary>What the HTTP API asks, on any node.</summary>
    private bool OnQuestion(object message)
    {
        switch (message)
        {
            case Submit submit:
                protocol.OnSubmit(Sender, submit, Now);
                return true;
            case MasterMessages.Staged staged:
                protocol.OnStaged(staged.Spec, staged.Asker, staged.Refused, Now);
                return true;
            case MasterMessages.Unstaged unstaged:
                OnUnstaged(unstaged);
                return true;
            case JobsQuery query:
                OnJobs(query);
                return true;
            case JobQuery query:
                Ask(query.Job, query);
                return true;
            case TasksQuery query:
                Ask(query.Job, query);
                return true;
            case EventsQuery query:
                Ask(query.Job, query);
                return true;
            case AttemptsQuery query:
                Ask(query.Job, query);
                return true;
            case FailuresQuery query:
                Ask(query.Job, query);
                return true;
            case ClusterQuery query:
                OnCluster(query);
                return true;
            case Cancel cancel:
                Ask(cancel.Job, cancel);
                return true;
            case Delete delete:
                OnDelete(delete);
                return true;
            case ChangesQuery query:
                changes.OnQuery(Sender, query.From, Now);
                return true;
            case ChangesRead read:
                OnRead(read);
                return true;
            case NodesQuery:
                Sender.Tell(Nodes());
                return true;
            case DrainRequest drain:
                OnDrain(drain);
                return true;
            default:
                return false;
        }
    }

    void IMasterSurroundings<IActorRef>.Stage(JobSpec spec, IActorRef asker)
        => Task.Run(() =>
        {
            (spec.Order.Staging, spec.Order.Shared) = Publisher.Stage(spec);
            return new MasterMessages.Staged(spec, asker, null);
        }).PipeTo(Self, failure: exception => new MasterMessages.Staged(spec, asker, new Refused
        {
            Code = exception is StorageException { Error: StorageError.OutputExists } ? "output-exists" : "output",
            Message = exception is StorageException ? exception.Message : $"The output cannot be staged: {exception.Message}",
        }));

    void IMasterSurroundings<IActorRef>.Unstage(JobSpec spec)
        => Task.Run(() => Publisher.Unstage(spec)).PipeTo(Self, success: () => new MasterMessages.Unstaged(spec.Id, null), failure: exception => new MasterMessages.Unstaged(spec.Id, exception));

    private void OnUnstaged(MasterMessages.Unstaged unstaged)
    {
        if (unstaged.Error is null) protocol.OnUnstaged(unstaged.Job, Now);
        else log.Warning(unstaged.Error, "The staging folder of job {Job}, which was never accepted, cannot be removed now; it is tried again.", unstaged.Job);
    }

    private void OnJobs(JobsQuery query)
    {
        var answer = new JobsAnswer { Revision = changes.Revision };
        var page = new AnswerPage(JobsOfPage);
        foreach (var job in Registry.Newest.Where(job => job.Matches(query.Search, query.Phase, query.Owner)))
        {
            if (answer.Total++ < query.From || page.IsFull) continue;
            var entry = Entry(job);
            if (page.Takes(entry)) answer.Jobs.Add(entry);
        }
        Sender.Tell(answer);
    }

    private void Ask(string name, object question)
    {
        if (Registry.Resolve(name) is not { } record || forgetting.Contains(JobId.Parse(record.Spec.Id)))
        {
            Sender.Tell(Unknown(name));
            return;
        }
        ProcessOf(record).Forward(question);
    }

    private Refused Unknown(string name)
    {
        var hint = Registry.Nearest(name) is { } near && near != name ? $"Did you mean '{near}'?" : Registry.Count == 0 ? "No job has been submitted yet." : "List the jobs with mr jobs.";
        return new Refused { Code = "unknown-job", Message = $"There is no job '{name}'. {hint}" };
    }

    private void OnDelete(Delete delete)
    {
        switch (Registry.Resolve(delete.Job))
        {
            case null:
                Sender.Tell(Unknown(delete.Job));
                break;
            case { IsOver: false }:
                Sender.Tell(new Refused { Code = "running", Message = "The job runs, so it cannot be deleted. Cancel it first: mr job cancel." });
                break;
            case var record:
                Forget(record);
                Sender.Tell(new Done());
                break;
        }
    }

    private NodesAnswer Nodes()
    {
        var now = Now;
        var answer = new NodesAnswer { Epoch = Registry.Epoch.Value, Revision = changes.Revision };
        var self = ((ExtendedActorSystem)Context.System).Provider.DefaultAddress;
        foreach (var node in members.Nodes.Values.OrderBy(node => node.Worker.Node, StringComparer.Ordinal).ThenBy(node => node.Worker.Incarnation))
        {
            var isMaster = node.Address.Equals(self);
            if (isMaster) answer.Master = node.Worker.Node;
            answer.Nodes.Add(new NodeEntry
            {
                Name = node.Worker.Node,
                Incarnation = node.Worker.Incarnation,
                Address = node.Address.ToString(),
                Http = node.Description.Http,
                Data = node.Description.Data,
                State = node.State,
                Slots = node.Description.Slots,
                Busy = Dispatcher.Busy(node.Worker),
                Draining = Dispatcher.IsDraining(node.Worker),
                Quarantined = Dispatcher.IsQuarantined(node.Worker.Node, now),
                QuarantinedUntil = Dispatcher.QuarantinedUntil(node.Worker.Node, now)?.UtcTicks ?? 0,
                Master = isMaster,
            });
        }
        return answer;
    }

    private void OnDrain(DrainRequest drain)
    {
        var node = members.Nodes.Values.FirstOrDefault(node => node.Worker.Node == drain.Node && (drain.Incarnation == 0 || node.Worker.Incarnation == drain.Incarnation));
        if (node is null)
        {
            Sender.Tell(new DrainProgress { Node = drain.Node, Unknown = true });
            return;
        }
        if (protocol.Drain(node.Worker, Now)) Agent(node).Tell(drain);
        var asker = Sender;
        var running = Dispatcher.Busy(node.Worker);
        Task.WhenAll(Dispatcher.Demands.Keys.Select(job => jobs[job].Ask<MasterMessages.Needs>(new MasterMessages.StillNeeds(node.Worker), settings.SlotAbsence)))
            .PipeTo(asker, Self, needs => new DrainProgress { Node = drain.Node, Running = running, Needed = needs.Count(need => need.Value) },
                exception => new Refused { Code = "busy", Message = $"The jobs do not say whether they need the node: {exception.Message}" });
    }
}
