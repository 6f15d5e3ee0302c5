using MapReduce.Fuzz.Sequential;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws what the author has got wrong.</summary>
internal static class MistakeDraw
{
    private static readonly MistakePlace[] Places = Enum.GetValues<MistakePlace>();

    public static IReadOnlyList<MistakePlan> Draw(Randomness random, IReadOnlyList<SourceCase> sources, IReadOnlyList<ChannelPlan> channels)
    {
        var mistakes = new List<MistakePlan>();
        for (var count = random.Between(0, 9) switch { < 5 => 0, < 9 => 1, _ => 2 }; count > 0; count--)
        {
            var channel = random.Of(channels);
            var possible = Places.Where(place => Means(place, channel) && (place != MistakePlace.ValueCodec || !mistakes.Exists(other => other.Place == MistakePlace.KeyCodec))
                && (place != MistakePlace.KeyCodec || !mistakes.Exists(other => other.Place == MistakePlace.ValueCodec))).ToList();
            // What is said of it has to come about by the mistake's own hand, and once in a while at every record.
            mistakes.Add(new MistakePlan(random.Of(possible), channel.Id, random.Of([1, 3, 10, 10, 40, 40])));
        }
        return mistakes;
    }

    /// <summary>Whether a mistake can be made in a channel.</summary>
    public static bool Means(MistakePlace place, ChannelPlan channel) => place switch
    {
        MistakePlace.Map or MistakePlace.Define => true,
        MistakePlace.Null => channel.Key == "Text" || channel.Value == "Text" || channel.Right == "Text",
        MistakePlace.KeyCodec => channel.Key == "Fussy",
        MistakePlace.ValueCodec => channel.Value == "Fussy" || channel.Right == "Fussy",
        MistakePlace.Format => (channel.Key == "Fussy" || (channel.Value == "Fussy" && channel.Step is Step.MapOnly or Step.Sort)) && channel.Outputs.Any(output => output.Format == RowFormat.Text),
        MistakePlace.Partition or MistakePlace.PartitionRange => channel.Partitioning == Partitioning.Custom,
        MistakePlace.AggregatorSelect => channel.Aggregator is not null && Selects(channel.Aggregator),
        MistakePlace.Combiner => channel.IsCombined,
        MistakePlace.MapperSetup or MistakePlace.MapperClose => channel.Feeds.Any(feed => feed.Style is FeedStyle.Mapper or FeedStyle.HoldingMapper),
        MistakePlace.Reducer => channel.Step is Step.Reduce or Step.GroupByFirst,
        MistakePlace.ReducerSetup or MistakePlace.ReducerClose => PlanRules.WritesAtEnd(channel),
        MistakePlace.JoinSelect => channel.Step == Step.Join,
        _ => channel.Aggregator is not null && Transaction.Folds(channel.Aggregator, AggregatorNames.Bag),
    };

    private static bool Selects(AggregatorPlan plan) => plan.Selects || (plan.Name == AggregatorNames.Both && (Selects(plan.First!) || Selects(plan.Second!)));
}
