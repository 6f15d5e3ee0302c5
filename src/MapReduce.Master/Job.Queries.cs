using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private JobProgress? toldProgress;

    private bool OnQuery(object message)
    {
        switch (message)
        {
            case JobQuery:
                Sender.Tell(new JobAnswer { Spec = spec, Status = Answers.Status(state, protocol.RunningBytes, protocol.IsOver, Now) });
                return true;
            case TasksQuery query:
                Sender.Tell(Answers.Tasks(state, query.From));
                return true;
            case AttemptsQuery query:
                Sender.Tell(AttemptAnswers.Attempts(state, query.From));
                return true;
            case FailuresQuery query:
                Sender.Tell(AttemptAnswers.Failures(state, query.From));
                return true;
            case EventsQuery query:
                feed.OnQuery(Sender, query.From, Now);
                return true;
            case EventsRead read:
                OnRead(read);
                return true;
            case Cancel:
                var asker = Sender;
                if (!protocol.Cancel(Now, () => asker.Tell(new Done()))) asker.Tell(new Refused { Code = "not-running", Message = $"The job has {(state.Phase is JobPhase.Committing ? "decided to commit" : $"ended: {Answers.PhaseName(state.Phase)}")}, so it cannot be cancelled." });
                return true;
            default:
                return false;
        }
    }

    private void TellProgress()
    {
        if (protocol.IsOver || Progress() is var now && now.Equals(toldProgress)) return;
        toldProgress = now;
        Context.Parent.Tell(new MasterMessages.Progressed(id, now));
    }

    private JobProgress Progress() => Answers.Progress(state, protocol.RunningBytes, Now);

    void IFeedSurroundings<IActorRef>.Tell(IActorRef asker, EventsAnswer answer) => asker.Tell(answer);

    void IFeedSurroundings<IActorRef>.Read(IActorRef asker, long from, int most)
        => history.ReadAsync(id, from, most).PipeTo(Self, Self, events => new EventsRead(asker, from, events, null), exception => new EventsRead(asker, from, [], exception));

    private void OnRead(EventsRead read)
    {
        if (read.Error is null) feed.OnRead(read.Asker, read.From, read.Events);
        else read.Asker.Tell(new Refused { Code = "journal", Message = $"The journal cannot be read: {read.Error.Message}" });
    }

    private sealed record EventsRead(IActorRef Asker, long From, IReadOnlyList<EventRecord> Events, Exception? Error);
}
