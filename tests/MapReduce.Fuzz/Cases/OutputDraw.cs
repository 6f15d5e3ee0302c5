using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws where the results of a channel are written.</summary>
internal sealed class OutputDraw(Randomness random, ChannelPlan channel)
{
    public IReadOnlyList<OutputPlan> Draw(bool isRead)
    {
        var outputs = new List<OutputPlan>();
        var formats = Formats();
        for (var count = isRead ? random.Between(0, 1) : random.Between(0, 4) == 0 ? 2 : 1; count > 0; count--)
        {
            var isFile = channel.Step != Step.MapOnly && channel.Partitions <= 1 && random.Chance(0.15);
            var format = random.Of(formats);
            if (format == RowFormat.Store) isFile = false;
            outputs.Add(new OutputPlan(format, "", isFile ? "file" : null, random.Chance(0.6) || format == RowFormat.Store ? OutputCompression.None : random.Of(Enum.GetValues<OutputCompression>())));
        }
        return outputs;
    }

    private List<RowFormat> Formats()
    {
        List<RowFormat> formats = [RowFormat.Text, RowFormat.Text, RowFormat.Text];
        var isRow = channel.Step is Step.MapOnly or Step.Sort;
        if (isRow && IsBytes(channel.Key) && IsBytes(channel.Value)) formats.AddRange([RowFormat.Records, RowFormat.Records, RowFormat.Records]);
        var key = channel.Step == Step.GroupByFirst ? Sequential.PartsOf.First(AllKinds.Of(channel.Key)) : AllKinds.Of(channel.Key);
        if (key.IsJson && IsJsonValue()) formats.AddRange([RowFormat.Json, RowFormat.Json]);
        if (!HasList(channel.Aggregator)) formats.Add(RowFormat.Store);
        return formats;
    }

    private static bool IsBytes(string kind) => kind is "Utf8" or "None";

    private bool IsJsonValue() => channel.Step switch
    {
        Step.MapOnly or Step.Sort => AllKinds.Of(channel.Value).IsJson,
        Step.Aggregate => channel.Aggregator!.Selects || channel.Aggregator.Name is AggregatorNames.Count or AggregatorNames.DistinctCount or AggregatorNames.Bag,
        _ => true,
    };

    /// <summary>Whether a list of texts is in the result, which has no codec.</summary>
    public static bool HasList(AggregatorPlan? plan)
        => plan is { Selects: false } && (plan.Name == AggregatorNames.DistinctValues || HasList(plan.First) || HasList(plan.Second));
}
