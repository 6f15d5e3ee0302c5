using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>Somebody who follows the changes of the cluster, through any node and any master, and compares each answer with the journal.</summary>
internal sealed class ChangeWatcher
{
    private const long Patience = 3_000_000;

    private readonly World world;
    private readonly Randomness random;
    private long question;

    public ChangeWatcher(World world, ulong seed)
    {
        this.world = world;
        random = new Randomness(seed);
        // From the first change on, or from whatever is the latest when somebody answers.
        Revision = random.Chance(0.5) ? 0 : -1;
        world.Agenda.In(random.Between(0, 500_000), null, Ask);
    }

    /// <summary>The last revision that he has.</summary>
    public long Revision { get; private set; }

    private void Ask()
    {
        var number = ++question;
        world.Ask(random, new ChangesQuery { From = Revision }, answer =>
        {
            if (answer is not ChangesAnswer page || page.From != Revision) return;
            Take(page);
            if (number == question) world.Agenda.In(page.Changes.Count > 0 ? 1_000 : 50_000, null, Ask);
        });
        world.Agenda.In(Patience, null, () =>
        {
            if (number == question) Ask();
        });
    }

    private void Take(ChangesAnswer page)
    {
        var to = page.Compacted ? page.Oldest : page.To;
        if (to < Revision) world.Violate("changes", $"who has the changes up to {Revision} is sent back to {to}");
        if (page.Compacted && to > world.Journal.Compacted) world.Violate("changes", $"the changes from {Revision} to {to} are said to be compacted, and those up to {world.Journal.Compacted} are");
        if (!page.Compacted && Revision >= 0 && !page.Changes.Select(change => (change.Revision, change.Kind)).SequenceEqual(Expected(to)))
            world.Violate("changes", $"the changes from {Revision} to {to} are told as {string.Join(", ", page.Changes.Select(change => change.Revision))}, and the journal has {string.Join(", ", Expected(to))}");
        Revision = to;
    }

    private IEnumerable<(long, string)> Expected(long to) => world.Journal.OfMasters(Revision).TakeWhile(row => row.Revision <= to).Select(row => (row.Revision, KindOf(row.Record))).Where(row => row.Item2.Length > 0);

    private static string KindOf(MasterRecord record) => record.EventCase switch
    {
        MasterRecord.EventOneofCase.EpochClaimed => "master-changed",
        MasterRecord.EventOneofCase.JobAccepted => "job-accepted",
        MasterRecord.EventOneofCase.JobChanged => "job-changed",
        MasterRecord.EventOneofCase.JobEnded => "job-ended",
        MasterRecord.EventOneofCase.JobForgotten => "job-forgotten",
        MasterRecord.EventOneofCase.NodeChanged => $"node-{record.NodeChanged.Kind.ToString().ToLowerInvariant()}",
        _ => "",
    };
}
