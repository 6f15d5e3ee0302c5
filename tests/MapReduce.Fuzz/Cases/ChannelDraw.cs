using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws a channel.</summary>
/// <param name="random">What is drawn from.</param>
/// <param name="id">Its number.</param>
/// <param name="sources">The sources of its layer.</param>
/// <param name="below">The channels of earlier layers.</param>
internal sealed class ChannelDraw(Randomness random, int id, IReadOnlyList<SourcePlan> sources, IReadOnlyList<ChannelPlan> below)
{
    private static readonly Step[] Steps = Enum.GetValues<Step>();
    private static readonly string[] PlainKeys = [.. AllKinds.Names.Where(name => AllKinds.Of(name).IsKey)];
    private static readonly string[] Pairs = [.. PlainKeys.Where(name => AllKinds.Of(name) is IPairKind)];

    // What can be written as the bytes that it is.
    private static readonly string[] Texts = ["Utf8", "None"];

    public ChannelPlan Draw()
    {
        // What reads datasets is of their layer; a join reads none.
        var mayJoin = below.Count == 0;
        Step step;
        do step = random.Of(Steps);
        while (step == Step.Join && !mayJoin);
        return step switch
        {
            Step.Join => Join(),
            Step.GroupByFirst => Group(),
            Step.Aggregate => Aggregate(),
            Step.Reduce => Reduce(),
            _ => Plain(step),
        };
    }

    private ChannelPlan Plain(Step step)
    {
        var isBytes = random.Chance(0.2);
        var channel = New(isBytes ? random.Of(Texts) : Key(), isBytes ? random.Of(Texts) : random.Of(AllKinds.Names), step);
        return step == Step.MapOnly ? channel : Partitioned(channel);
    }

    private ChannelPlan Reduce()
    {
        var reduce = random.Of(Enum.GetValues<ReduceName>());
        var value = reduce == ReduceName.Total || random.Chance(0.2) ? AllKinds.Int64.Name : random.Chance(0.3) ? AllKinds.Text.Name : random.Of(AllKinds.Names);
        var channel = Partitioned(New(Key(), value, Step.Reduce) with { Reduce = reduce, ReducesWithObject = random.Chance(0.4) });
        return channel with { IsCombined = random.Chance(0.5) && Reductions.CanCombine(reduce, AllKinds.Of(value)) };
    }

    private ChannelPlan Group()
    {
        var reduce = random.Of([ReduceName.Count, ReduceName.Join, ReduceName.First, ReduceName.Each]);
        string value;
        do value = random.Of(AllKinds.Names);
        while (value == Texts[0]);
        return Partitioned(New(random.Of(Pairs), value, Step.GroupByFirst) with { Reduce = reduce, ReducesWithObject = random.Chance(0.4) });
    }

    private ChannelPlan Aggregate()
    {
        var value = random.Between(0, 9) switch
        {
            < 2 => AllKinds.Int64.Name,
            < 4 => random.Of(["Utf8", "Double", "Finite", "Weighted", "Int64AndInt32", "DecimalAndInt64", "Decimal"]),
            _ => random.Of(AllKinds.Names),
        };
        var names = AggregatorNames.Of(AllKinds.Of(value));
        return Partitioned(New(Key(), value, Step.Aggregate) with { Aggregator = Aggregator(names, depth: 0) });
    }

    private AggregatorPlan Aggregator(IReadOnlyList<string> names, int depth)
        => depth < 2 && random.Chance(0.2)
            ? new AggregatorPlan(AggregatorNames.Both, Aggregator(names, depth + 1), Aggregator(names, depth + 1), random.Chance(0.2))
            : new AggregatorPlan(random.Of(names), Selects: random.Chance(0.3));

    private ChannelPlan Join()
    {
        string Plain()
        {
            string name;
            do name = random.Of(AllKinds.Names);
            while (name == Texts[0]);
            return name;
        }
        string key;
        do key = Key();
        while (key == Texts[0]);
        var feeds = Enumerable.Range(0, random.Between(2, 3)).Select(index => FeedDraw.Draw(random, random.Of(sources), -1, isFirst: false) with { Style = FeedStyle.Function, IsRight = index % 2 == 1 }).ToList();
        return new ChannelPlan(id, key, Plain(), feeds, Step.Join, []) { Right = Plain(), Join = random.Of(Enum.GetValues<JoinKind>()), Partitions = Partitions() };
    }

    private ChannelPlan New(string key, string value, Step step)
    {
        var feeds = new List<FeedPlan>();
        for (var count = random.Between(0, 4) == 0 ? 2 : 1; count > 0; count--)
        {
            var readsDataset = below.Count > 0 && (sources.Count == 0 || feeds.Count == 0 || random.Chance(0.5));
            feeds.Add(FeedDraw.Draw(random, readsDataset ? null : random.Of(sources), readsDataset ? random.Of(below).Id : -1, isFirst: feeds.Count == 0));
        }
        if (feeds.Count > 1 && feeds[0].Style == FeedStyle.HoldingMapper) feeds.RemoveRange(1, feeds.Count - 1);
        return new ChannelPlan(id, key, value, feeds, step, []);
    }

    private ChannelPlan Partitioned(ChannelPlan channel) => channel with
    {
        Partitions = Partitions(),
        Partitioning = random.Between(0, 9) switch { < 5 => Partitioning.Hash, < 7 => Partitioning.Custom, _ => Partitioning.TotalOrder },
        HasOwnCodecs = random.Chance(0.2),
    };

    private int Partitions() => random.Between(0, 9) switch { < 3 => 0, < 6 => 1, < 9 => random.Between(2, 6), _ => random.Of([63, 70]) };

    // Texts and numbers are what most jobs have for keys.
    private string Key() => random.Between(0, 9) switch { < 3 => "Utf8", < 4 => "Text", < 5 => "Int64", _ => random.Of(PlainKeys) };
}
