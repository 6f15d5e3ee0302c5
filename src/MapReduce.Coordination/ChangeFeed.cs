using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>The changes of the whole cluster for those who watch: each in its place and none twice, whoever is master.</summary>
/// <remarks>
/// The revision of a change is the number of its record in the master's journal. The journal has each number once, whoever writes it, so revisions never repeat or go back. Records that
/// are no news for anybody have numbers as well, which is why revisions grow by more than one at times. What is older than the journal is compacted, and those who ask for it are told.
/// </remarks>
/// <typeparam name="TPeer">How those who watch are answered.</typeparam>
/// <param name="kept">How many of the latest changes are kept in memory.</param>
/// <param name="patience">How long a question waits.</param>
/// <param name="nameOf">The name of a job; empty where it is not known any more.</param>
/// <param name="surroundings">The answers, and the records that are not in memory.</param>
public sealed class ChangeFeed<TPeer>(int kept, TimeSpan patience, Func<string, string> nameOf, IChangeSurroundings<TPeer> surroundings)
{
    /// <summary>The most records of one answer.</summary>
    public const int ChangesOfPage = 200;

    private readonly Queue<Change> recent = [];
    private readonly List<(TPeer Asker, long From, DateTimeOffset Until)> watchers = [];
    private long since;

    /// <summary>The number of the last record.</summary>
    public long Revision { get; private set; }

    /// <summary>The records up to this one were read from a snapshot.</summary>
    public void Begin(long revision) => Revision = since = revision;

    /// <summary>A record is written, or was read from the journal, and is applied.</summary>
    public void Add(long revision, MasterRecord record)
    {
        Revision = revision;
        if (ChangeOf(revision, record) is not { } change) return;
        recent.Enqueue(change);
        if (recent.Count > kept) since = recent.Dequeue().Revision;
        if (watchers.Count == 0) return;
        var waiting = watchers.Where(watcher => watcher.From < Revision).ToList();
        watchers.RemoveAll(waiting.Contains);
        foreach (var watcher in waiting) Answer(watcher.Asker, watcher.From);
    }

    /// <summary>Somebody asks for the changes after a revision; where that is negative, for the latest revision.</summary>
    public void OnQuery(TPeer asker, long from, DateTimeOffset now)
    {
        if (from < 0) surroundings.Tell(asker, new ChangesAnswer { From = from, To = Revision });
        else if (from == Revision) watchers.Add((asker, from, now + patience));
        else Answer(asker, from);
    }

    /// <summary>Tells those who have waited long enough that there is nothing new.</summary>
    public void OnTick(DateTimeOffset now)
    {
        foreach (var late in watchers.Where(watcher => watcher.Until <= now).ToList())
        {
            watchers.Remove(late);
            surroundings.Tell(late.Asker, new ChangesAnswer { From = late.From, To = late.From });
        }
    }

    /// <summary>Records that were asked of the journal have been read: the first that there are from a revision on.</summary>
    public void OnRead(TPeer asker, long from, IReadOnlyList<(long Revision, MasterRecord Record)> records, DateTimeOffset now)
    {
        // Where the journal has gone on without this master, its successor has more to tell, and this one has nothing: the question waits, or it would come again at once. Where nobody
        // has ever written that revision, the journal is another one.
        if (from > Revision && records.Count > 0) watchers.Add((asker, from, now + patience));
        else if (records.Count > 0 && records[0].Revision <= from + 1)
            surroundings.Tell(asker, Page(from, records[^1].Revision, records.Where(record => record.Revision > from).Select(record => ChangeOf(record.Revision, record.Record)).OfType<Change>()));
        else surroundings.Tell(asker, new ChangesAnswer { From = from, To = Revision, Compacted = true, Oldest = records.Count > 0 ? records[0].Revision - 1 : Revision });
    }

    private void Answer(TPeer asker, long from)
    {
        if (from >= since && from <= Revision) surroundings.Tell(asker, Page(from, Revision, recent.Where(change => change.Revision > from)));
        else surroundings.Read(asker, from, ChangesOfPage);
    }

    private static ChangesAnswer Page(long from, long to, IEnumerable<Change> changes)
    {
        var answer = new ChangesAnswer { From = from, To = to };
        var page = new AnswerPage(ChangesOfPage);
        foreach (var change in changes)
        {
            if (!page.Takes(change))
            {
                answer.To = answer.Changes[^1].Revision;
                break;
            }
            answer.Changes.Add(change);
        }
        return answer;
    }

    /// <summary>What a record is to those who watch; null where it is nothing.</summary>
    private Change? ChangeOf(long revision, MasterRecord record)
    {
        var change = new Change { Revision = revision, At = record.At };
        switch (record.EventCase)
        {
            case MasterRecord.EventOneofCase.EpochClaimed:
                (change.Kind, change.Epoch, change.Node) = ("master-changed", record.EpochClaimed.Epoch, record.EpochClaimed.Node);
                return change;
            case MasterRecord.EventOneofCase.JobAccepted:
                var spec = record.JobAccepted.Spec;
                (change.Kind, change.Job, change.Name, change.Phase) = ("job-accepted", spec.Id, spec.Name, JobRecord.Running);
                return change;
            case MasterRecord.EventOneofCase.JobChanged:
                (change.Kind, change.Job, change.Name, change.Phase) = ("job-changed", record.JobChanged.Job, nameOf(record.JobChanged.Job), record.JobChanged.Phase);
                return change;
            case MasterRecord.EventOneofCase.JobEnded:
                (change.Kind, change.Job, change.Name, change.Phase) = ("job-ended", record.JobEnded.Job, nameOf(record.JobEnded.Job), record.JobEnded.Phase);
                return change;
            case MasterRecord.EventOneofCase.JobForgotten:
                (change.Kind, change.Job) = ("job-forgotten", record.JobForgotten.Job);
                return change;
            case MasterRecord.EventOneofCase.NodeChanged:
                var node = record.NodeChanged;
                (change.Kind, change.Node, change.Incarnation, change.Reason) = ($"node-{node.Kind.ToString().ToLowerInvariant()}", node.Node.Node, node.Node.Incarnation, node.Reason);
                return change;
            default:
                return null;
        }
    }
}

/// <summary>What the feed of changes can do.</summary>
/// <typeparam name="TPeer">How those who watch are answered.</typeparam>
public interface IChangeSurroundings<TPeer>
{
    /// <summary>Answers; the message may be lost.</summary>
    void Tell(TPeer asker, ChangesAnswer answer);

    /// <summary>Reads the first records from a revision on from the journal, including that of the revision: where it is missing, the journal is another one. <see cref="ChangeFeed{TPeer}.OnRead"/> follows.</summary>
    void Read(TPeer asker, long from, int most);
}
