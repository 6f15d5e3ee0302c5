using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>The events of a job for those who watch: each in its place and none twice, whoever is master.</summary>
/// <remarks>
/// Only what is written is told, so a revision that a watcher has seen is the same in every later reign. Whoever asks names the last revision that it has, and hears at once where
/// there are later ones; else its question waits for the next, or for its time to run out.
/// </remarks>
/// <typeparam name="TPeer">How those who watch are answered.</typeparam>
/// <param name="kept">How many of the latest events are kept in memory.</param>
/// <param name="patience">How long a question waits.</param>
/// <param name="surroundings">The answers, and the events that are not in memory.</param>
public sealed class JobFeed<TPeer>(int kept, TimeSpan patience, IFeedSurroundings<TPeer> surroundings)
{
    /// <summary>The most events of one answer.</summary>
    public const int EventsOfPage = 200;

    private readonly Queue<EventRecord> recent = [];
    private readonly List<(TPeer Asker, long From, DateTimeOffset Until)> watchers = [];
    private bool ended;

    /// <summary>The number of events that are written.</summary>
    public long Revision { get; private set; }

    /// <summary>Questions that wait.</summary>
    internal int Waiting => watchers.Count;

    /// <summary>The events up to this one were read from a snapshot.</summary>
    public void Begin(long revision) => Revision = revision;

    /// <summary>An event is written, or was read from the journal.</summary>
    public void Add(EventRecord record)
    {
        recent.Enqueue(record);
        if (recent.Count > kept) recent.Dequeue();
        Revision++;
    }

    /// <summary>Somebody asks for the events after a revision.</summary>
    public void OnQuery(TPeer asker, long from, DateTimeOffset now)
    {
        if (from < Revision || ended) Answer(asker, from);
        else watchers.Add((asker, from, now + patience));
    }

    /// <summary>Tells those who wait what has been added.</summary>
    public void Publish()
    {
        if (watchers.Count == 0) return;
        var waiting = watchers.Where(watcher => watcher.From < Revision || ended).ToList();
        watchers.RemoveAll(waiting.Contains);
        foreach (var watcher in waiting) Answer(watcher.Asker, watcher.From);
    }

    /// <summary>The job is over: there will be no more.</summary>
    public void End()
    {
        ended = true;
        Publish();
    }

    /// <summary>Tells those who have waited long enough that there is nothing new.</summary>
    public void OnTick(DateTimeOffset now)
    {
        if (watchers.Count == 0) return;
        foreach (var late in watchers.Where(watcher => watcher.Until <= now).ToList())
        {
            watchers.Remove(late);
            surroundings.Tell(late.Asker, new EventsAnswer { From = late.From });
        }
    }

    /// <summary>Events that were asked of the journal have been read.</summary>
    public void OnRead(TPeer asker, long from, IReadOnlyList<EventRecord> events)
        => surroundings.Tell(asker, Page(from, events, ended && from + events.Count >= Revision));

    private void Answer(TPeer asker, long from)
    {
        var oldest = Revision - recent.Count;
        if (from < oldest)
        {
            surroundings.Read(asker, from, EventsOfPage);
            return;
        }
        var page = recent.Skip((int)(from - oldest)).Take(EventsOfPage).ToList();
        surroundings.Tell(asker, Page(from, page, ended && from + page.Count >= Revision));
    }

    private static EventsAnswer Page(long from, IReadOnlyList<EventRecord> events, bool isLast)
    {
        var answer = new EventsAnswer { From = from };
        var page = new AnswerPage();
        answer.Events.Add(events.TakeWhile(page.Takes));
        answer.Ended = isLast && answer.Events.Count == events.Count;
        return answer;
    }
}

/// <summary>What the feed of a job can do.</summary>
/// <typeparam name="TPeer">How those who watch are answered.</typeparam>
public interface IFeedSurroundings<TPeer>
{
    /// <summary>Answers; the message may be lost.</summary>
    void Tell(TPeer asker, EventsAnswer answer);

    /// <summary>Reads events after a revision from the journal; <see cref="JobFeed{TPeer}.OnRead"/> follows.</summary>
    void Read(TPeer asker, long from, int most);
}
