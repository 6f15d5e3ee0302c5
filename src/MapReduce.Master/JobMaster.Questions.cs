using Akka.Actor;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    private const int JobsOfPage = 100;

    private readonly Dictionary<string, string> staging = [];

    /// <summary>What the HTTP API asks, on any node.</summary>
    private bool OnQuestion(object message)
    {
        switch (message)
        {
            case Submit submit:
                OnSubmit(submit);
                return true;
            case MasterMessages.Staged staged:
                OnStaged(staged);
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
            case Cancel cancel:
                Ask(cancel.Job, cancel);
                return true;
            case Delete delete:
                OnDelete(delete);
                return true;
            case NodesQuery:
                OnNodes();
                return true;
            case DrainRequest drain:
                OnDrain(drain);
                return true;
            default:
                return false;
        }
    }

    private void OnSubmit(Submit submit)
    {
        var spec = submit.Spec;
        if (registry.FindToken(spec.ClientToken) is { } known)
        {
            Sender.Tell(new Submitted { Job = known.Spec.Id, Again = true });
            return;
        }
        if (spec.ClientToken.Length > 0 && !staging.TryAdd(spec.ClientToken, spec.Id))
        {
            Sender.Tell(new Refused { Code = "busy", Message = "A job with this client token is being accepted at this moment. Ask again." });
            return;
        }
        var asker = Sender;
        var accepted = spec.Clone();
        Task.Run(() =>
        {
            (accepted.Order.Staging, accepted.Order.Shared) = Publisher.Stage(accepted);
            return new MasterMessages.Staged(accepted, asker, null);
        }).PipeTo(Self, failure: exception => new MasterMessages.Staged(accepted, asker, new Refused
        {
            Code = exception is StorageException { Error: StorageError.OutputExists } ? "output-exists" : "output",
            Message = exception is StorageException ? exception.Message : $"The output cannot be staged: {exception.Message}",
        }));
    }

    private void OnStaged(MasterMessages.Staged staged)
    {
        staging.Remove(staged.Spec.ClientToken);
        if (staged.Refused is { } refused)
        {
            staged.Asker.Tell(refused);
            return;
        }
        staged.Spec.Submitted = Now.UtcTicks;
        Persist(new JobAccepted { Spec = staged.Spec }, () =>
        {
            Start(registry.Find(staged.Spec.Id)!);
            staged.Asker.Tell(new Submitted { Job = staged.Spec.Id });
        });
    }

    private void OnJobs(JobsQuery query)
    {
        var answer = new JobsAnswer { Total = registry.Count };
        foreach (var job in registry.Newest.Skip(query.From).Take(JobsOfPage))
        {
            demands.TryGetValue(JobId.Parse(job.Spec.Id), out var demand);
            answer.Jobs.Add(new JobEntry
            {
                Id = job.Spec.Id,
                Name = job.Spec.Name,
                Phase = job.Phase,
                Submitted = job.Spec.Submitted,
                Ended = job.EndedAt,
                Tasks = job.IsOver ? job.Tasks : demand.Running + demand.Runnable,
                TasksDone = job.IsOver ? job.Tasks : 0,
                Priority = job.Spec.Priority,
            });
        }
        Sender.Tell(answer);
    }

    private void Ask(string name, object question)
    {
        if (registry.Resolve(name) is not { } record)
        {
            Sender.Tell(Unknown(name));
            return;
        }
        (jobs.GetValueOrDefault(JobId.Parse(record.Spec.Id)) ?? Start(record)).Forward(question);
    }

    private Refused Unknown(string name)
    {
        var hint = registry.Nearest(name) is { } near ? $"Did you mean '{near}'?" : registry.Count == 0 ? "No job has been submitted yet." : "List the jobs with mr jobs.";
        return new Refused { Code = "unknown-job", Message = $"There is no job '{name}'. {hint}" };
    }

    private void OnDelete(Delete delete)
    {
        switch (registry.Resolve(delete.Job))
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

    private void OnNodes()
    {
        var now = Now;
        var answer = new NodesAnswer { Epoch = registry.Epoch.Value };
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
                State = node.State,
                Slots = node.Description.Slots,
                Busy = slots.Busy(node.Worker),
                Draining = draining.Contains(node.Worker),
                Quarantined = health.IsQuarantined(node.Worker.Node, now),
                Master = isMaster,
            });
        }
        Sender.Tell(answer);
    }

    private void OnDrain(DrainRequest drain)
    {
        var node = members.Nodes.Values.FirstOrDefault(node => node.Worker.Node == drain.Node && (drain.Incarnation == 0 || node.Worker.Incarnation == drain.Incarnation));
        if (node is null)
        {
            Sender.Tell(new DrainProgress { Node = drain.Node, Unknown = true });
            return;
        }
        if (draining.Add(node.Worker)) Agent(node).Tell(drain);
        var asker = Sender;
        var running = slots.Busy(node.Worker);
        Task.WhenAll(demands.Keys.Select(job => jobs[job].Ask<MasterMessages.Needs>(new MasterMessages.StillNeeds(node.Worker), settings.SlotAbsence)))
            .PipeTo(asker, Self, needs => new DrainProgress { Node = drain.Node, Running = running, Needed = needs.Count(need => need.Value) },
                exception => new Refused { Code = "busy", Message = $"The jobs do not say whether they need the node: {exception.Message}" });
    }
}
