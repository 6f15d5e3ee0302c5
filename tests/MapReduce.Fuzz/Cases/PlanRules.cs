using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>What a plan must not ask for, because nothing is promised of it, and what is promised of the order of rows.</summary>
internal static class PlanRules
{
    // The rows of a key are as many as its pairs on one side times those on the other, and each holds a token of either side.
    private const int MostPairsOfJoin = 1000;
    private const int MostLongPairsOfJoin = 30;
    private const int LongToken = 4096;

    /// <summary>The number of partitions of a channel, as far as it is chosen; 0 where the run derives it.</summary>
    public static int Partitions(Case of, ChannelPlan channel, int ofSettings)
    {
        if (channel.Outputs.Any(output => output.File is not null)) return 1;
        return channel.Partitions > 0 ? channel.Partitions : ofSettings;
    }

    /// <summary>Whether the values of a key come in an order that is known: (input, split, position). Of a dataset in partitions by hash it is not.</summary>
    public static bool AreValuesOrdered(Case of, ChannelPlan channel) => channel.Feeds.All(feed => feed.Dataset < 0 || AreRowsOrdered(of, of.Channel(feed.Dataset)));

    /// <summary>Whether the rows of a channel's dataset, part after part, have an order that is known.</summary>
    public static bool AreRowsOrdered(Case of, ChannelPlan channel)
    {
        if (!AreValuesOrdered(of, channel) && channel.Step is Step.MapOnly or Step.Sort) return false;
        if (channel.Step == Step.MapOnly) return true;
        var partitions = Partitions(of, channel, 0);
        return partitions == 1 || channel.Partitioning == Partitioning.Custom || (channel.Partitioning == Partitioning.TotalOrder && !WritesAtEnd(channel));
    }

    /// <summary>How many datasets a channel is away from the inputs.</summary>
    public static int DepthOf(Case of, ChannelPlan channel) => channel.Feeds.Max(feed => feed.Dataset < 0 ? 0 : 1 + DepthOf(of, of.Channel(feed.Dataset)));

    /// <summary>Whether each reduce task writes a row at its end.</summary>
    public static bool WritesAtEnd(ChannelPlan channel) => channel is { ReducesWithObject: true, Step: Step.Reduce or Step.GroupByFirst };

    /// <summary>Whether a case is one whose outcome is known.</summary>
    public static bool Allows(Case of)
    {
        if (of.Channels.Count == 0 || of.Sources.Any(source => !of.Channels.Any(channel => channel.Feeds.Any(feed => feed.Source == source.Plan.Id)))) return false;
        if (of.Sources.Any(source => source.Plan.Naming == InputNaming.All) && of.Sources.Count(source => source.Input is not null) > 1) return false;
        if (of.Sources.Any(source => source.Input is { } input && (input.Style == InputStyle.File ? input.Files.Count != 1 : input.Style == InputStyle.Glob && input.Files.Count == 0))) return false;
        if (of.Channels.Where((channel, index) => channel.Feeds.Any(feed => feed.Dataset >= 0 && !of.Channels.Take(index).Any(other => other.Id == feed.Dataset))).Any()) return false;
        if (of.Mistakes.Any(mistake => !of.Channels.Any(channel => channel.Id == mistake.Channel))) return false;
        if (!of.Channels.All(channel => Allows(of, channel))) return false;
        // What one source feeds is one stage, and no stage may wait for itself.
        return of.Sources.All(source => of.Channels.Where(channel => channel.Feeds.Any(feed => feed.Source == source.Plan.Id)).Select(channel => DepthOf(of, channel)).Distinct().Count() == 1);
    }

    private static bool Allows(Case of, ChannelPlan channel)
    {
        if (channel.Feeds.Count == 0 || (channel.Outputs.Count == 0 && !of.IsRead(channel))) return false;
        if (of.IsRead(channel) && OutputDraw.HasList(channel.Aggregator)) return false;
        var value = AllKinds.Of(channel.Value);
        var isOrdered = AreValuesOrdered(of, channel);
        var isShuffled = channel.Step != Step.MapOnly;
        // A mapper as an object makes its channel; one that holds back mixes its order with nobody's.
        for (var i = 0; i < channel.Feeds.Count; i++)
        {
            var feed = channel.Feeds[i];
            if (feed.Style is FeedStyle.Mapper or FeedStyle.HoldingMapper && (i > 0 || feed.Dataset >= 0)) return false;
            if (feed.Style == FeedStyle.HoldingMapper && channel.Feeds.Count > 1) return false;
            if (feed.Style == FeedStyle.FanOut && feed.Dataset >= 0) return false;
        }
        if (!isShuffled && (channel.Partitions > 0 || channel.Partitioning != Partitioning.Hash || channel.IsCombined || channel.Outputs.Any(output => output.File is not null))) return false;
        if (channel.Outputs.Any(output => output.File is not null) && (channel.Partitions > 1 || channel.Outputs.Any(output => output.Format == RowFormat.Store))) return false;
        // Which partition is whose is known of the job's own function only where their number is known.
        if (channel.Partitioning == Partitioning.Custom && channel.Partitions == 0) return false;
        if (channel.Step == Step.Join && (channel.Partitioning != Partitioning.Hash || IsTooLarge(of, channel))) return false;
        if (WritesAtEnd(channel) && Partitions(of, channel, 0) == 0) return false;
        if (channel.Step is Step.Reduce or Step.GroupByFirst && ((!isOrdered && !Reductions.IsFreeOfOrder(channel.Reduce)) || (channel.Step == Step.Reduce && !Reductions.Takes(channel.Reduce, value)))) return false;
        if (channel.Step == Step.GroupByFirst && channel.Reduce == ReduceName.Total) return false;
        if (channel.IsCombined && (channel.Step != Step.Reduce || !Reductions.CanCombine(channel.Reduce, value) || (!isOrdered && channel.Reduce != ReduceName.Total))) return false;
        // Without an order and without an end of rows nothing of the bytes is known.
        return isOrdered || channel.Step is not (Step.MapOnly or Step.Sort) || channel.Outputs.All(output => output.Format is RowFormat.Text or RowFormat.Json or RowFormat.Store);
    }

    private static bool IsTooLarge(Case of, ChannelPlan join)
    {
        var (pairs, isLong) = (0, false);
        foreach (var feed in join.Feeds)
        {
            var source = of.Sources.First(source => source.Plan.Id == feed.Source);
            pairs += feed.Emit.Most * (source.Input?.Files.Sum(file => file.Records.Count) ?? source.Plan.Size);
            isLong |= source.Input?.Files.Any(file => file.Longest > LongToken) ?? false;
        }
        return pairs > (isLong ? MostLongPairsOfJoin : MostPairsOfJoin);
    }
}
