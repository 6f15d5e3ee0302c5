using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class ChangeFeedTests : IChangeSurroundings<string>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly List<MasterRecord> journal = [];
    private readonly Dictionary<string, ChangesAnswer> answers = [];
    private ChangeFeed<string> feed;
    private int compacted;

    public ChangeFeedTests() => feed = Take();

    [Fact]
    public void Whoever_asks_again_from_where_it_was_hears_everything_once_and_in_order()
    {
        List<long> heard = [];
        var from = 0L;
        for (var i = 0; i < 40; i++)
        {
            Write(i % 3 == 0 ? new MasterRecord { EpochClaimed = new EpochClaimed { Epoch = i } } : Joined(i));
            if (i % 7 == 0) feed = Take();
            if (i % 5 != 0) continue;
            foreach (var change in Ask(from).Changes) heard.Add(change.Revision);
            from = Ask(from).To;
        }
        Assert.Equal(36, from);
        Assert.Equal(Enumerable.Range(1, 36).Select(revision => (long)revision), heard);
    }

    [Fact]
    public void A_question_waits_for_the_next_change_or_for_its_time_to_run_out()
    {
        Write(Joined(1));
        feed.OnQuery("patient", 1, Start);
        feed.OnQuery("late", 1, Start);
        feed.OnTick(Start.AddSeconds(0.5));
        Assert.Empty(answers);
        Write(Joined(2));
        Assert.Equal(2, Assert.Single(answers["patient"].Changes).Revision);
        feed.OnQuery("late", 2, Start);
        answers.Clear();
        feed.OnTick(Start.AddSeconds(2));
        Assert.Equal((2, 0), (answers["late"].To, answers["late"].Changes.Count));
    }

    [Fact]
    public void What_is_not_kept_is_said_to_be_compacted_with_the_oldest_revision_that_is()
    {
        for (var i = 1; i <= 20; i++) Write(Joined(i));
        compacted = 12;
        var answer = Ask(5);
        Assert.Equal((true, 12, 0), (answer.Compacted, answer.Oldest, answer.Changes.Count));
        Assert.Equal(8, Ask(12).Changes.Count);
        Assert.False(Ask(17).Compacted);
    }

    [Fact]
    public void A_revision_of_another_journal_is_compacted_and_one_of_a_successor_is_not()
    {
        Write(Joined(1));
        Assert.True(Ask(9).Compacted);
        // A successor has written on while this master does not know yet that it is replaced.
        for (var i = 2; i <= 12; i++) journal.Add(Joined(i));
        foreach (var from in new[] { 9, 12 })
        {
            // It waits for its time to run out: asked again at once, this master would read the journal again at once.
            answers.Clear();
            feed.OnQuery("asker", from, Start);
            feed.OnTick(Start.AddSeconds(0.5));
            Assert.Empty(answers);
            var answer = Ask(from);
            Assert.Equal((false, from, 0), (answer.Compacted, answer.To, answer.Changes.Count));
        }
        Assert.True(Ask(13).Compacted);
    }

    [Fact]
    public void Records_that_are_no_news_move_whoever_watches_on()
    {
        Write(Joined(1));
        Write(new MasterRecord());
        var answer = Ask(1);
        Assert.Equal((2, 0), (answer.To, answer.Changes.Count));
    }

    [Fact]
    public void A_long_answer_comes_in_pages()
    {
        for (var i = 1; i <= 20; i++) Write(new MasterRecord { JobAccepted = new JobAccepted { Spec = new JobSpec { Id = $"{i}", Name = new string('n', 9000) } } });
        List<long> heard = [];
        for (var from = 16L; from < 20; from = Ask(from).To) heard.AddRange(Ask(from).Changes.Select(change => change.Revision));
        Assert.Equal([17, 18, 19, 20], heard);
        Assert.True(Ask(0).CalculateSize() < 48_000);
    }

    void IChangeSurroundings<string>.Tell(string asker, ChangesAnswer answer) => answers[asker] = answer;

    void IChangeSurroundings<string>.Read(string asker, long from, int most)
        => feed.OnRead(asker, from, [.. journal.Select((record, index) => (Revision: (long)index + 1, record)).Where(row => row.Revision >= from && row.Revision > compacted).Take(most)], Start);

    private ChangesAnswer Ask(long from)
    {
        answers.Clear();
        feed.OnQuery("asker", from, Start);
        feed.OnTick(Start.AddDays(1));
        return answers["asker"];
    }

    private void Write(MasterRecord record)
    {
        journal.Add(record);
        feed.Add(journal.Count, record);
    }

    /// <summary>A master takes over, and reads what the one before has written.</summary>
    private ChangeFeed<string> Take()
    {
        var next = new ChangeFeed<string>(kept: 5, TimeSpan.FromSeconds(1), _ => "", this);
        var snapshot = journal.Count / 2;
        next.Begin(snapshot);
        for (var i = snapshot; i < journal.Count; i++) next.Add(i + 1, journal[i]);
        return next;
    }

    private static MasterRecord Joined(int node) => new() { NodeChanged = NodeRegistry.Change(new WorkerId($"node-{node}", 1), NodeChangeKind.Joined) };
}
