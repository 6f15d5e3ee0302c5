using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private const int EventsOfPage = 200;
    private const int BytesOfPage = 40_000;

    private readonly Queue<EventRecord> recent = [];
    private readonly List<(IActorRef Asker, long From, DateTimeOffset Until)> watchers = [];

    private long lastWritten;

    private bool OnQuery(object message)
    {
        switch (message)
        {
            case JobQuery:
                Sender.Tell(new JobAnswer { Spec = spec, Status = Answers.Status(state, progress.Values.Sum(), isOver) });
                return true;
            case TasksQuery query:
                Sender.Tell(Answers.Tasks(state, query.From));
                return true;
            case EventsQuery query:
                OnEvents(query);
                return true;
            case Cancel:
                var asker = Sender;
                if (state.Phase is JobPhase.Running) Decide(new JobCommand.Cancel(), () => asker.Tell(new Done()));
                else asker.Tell(new Refused { Code = "not-running", Message = $"The job has {(state.Phase is JobPhase.Committing ? "decided to commit" : $"ended: {Answers.PhaseName(state.Phase)}")}, so it cannot be cancelled." });
                return true;
            default:
                return false;
        }
    }

    private void OnEvents(EventsQuery query)
    {
        if (query.From < lastWritten || isOver) Answer(Sender, query.From);
        else watchers.Add((Sender, query.From, Now + settings.EventsPatience));
    }

    private void AnswerWatchers()
    {
        var waiting = watchers.Where(watcher => watcher.From < lastWritten || isOver).ToList();
        watchers.RemoveAll(waiting.Contains);
        foreach (var watcher in waiting) Answer(watcher.Asker, watcher.From);
    }

    /// <summary>Tells those who have waited long enough that there is nothing new.</summary>
    private void AnswerLate()
    {
        var now = Now;
        foreach (var late in watchers.Where(watcher => watcher.Until <= now).ToList())
        {
            watchers.Remove(late);
            late.Asker.Tell(new EventsAnswer { From = late.From });
        }
    }

    private void Answer(IActorRef asker, long from)
    {
        var oldest = lastWritten - recent.Count;
        if (from < oldest)
        {
            history.ReadAsync(id, from, EventsOfPage).PipeTo(asker, Self, events => Page(from, events, from + events.Count >= lastWritten && isOver),
                exception => new Refused { Code = "journal", Message = $"The journal cannot be read: {exception.Message}" });
            return;
        }
        var page = recent.Skip((int)(from - oldest)).Take(EventsOfPage).ToList();
        asker.Tell(Page(from, page, isOver && from + page.Count >= lastWritten));
    }

    private static EventsAnswer Page(long from, IReadOnlyList<EventRecord> events, bool ended)
    {
        var answer = new EventsAnswer { From = from };
        var bytes = 0;
        foreach (var record in events)
        {
            bytes += record.CalculateSize();
            if (answer.Events.Count > 0 && bytes > BytesOfPage) break;
            answer.Events.Add(record);
        }
        answer.Ended = ended && answer.Events.Count == events.Count;
        return answer;
    }

    private void Remember(EventRecord record)
    {
        recent.Enqueue(record);
        if (recent.Count > settings.RecentEvents) recent.Dequeue();
        lastWritten++;
    }
}
