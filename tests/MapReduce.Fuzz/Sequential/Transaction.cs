using MapReduce.Fuzz.Cases;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Which of the author's code a pair meets before its record is known to be good, and whether it takes it: "Quarantine" of docs/outputs.md.</summary>
internal sealed class Transaction
{
    private readonly ChannelPlan channel;
    private readonly AuthorMistakes mistakes;
    private readonly Kind key;
    private readonly Kind value;
    private readonly Kind right;
    private readonly bool encodesKey;
    private readonly bool encodesValue;
    private readonly bool skips;
    private readonly MistakePlace codec;

    public Transaction(Case of, ChannelPlan channel, bool skips)
    {
        this.channel = channel;
        this.skips = skips;
        mistakes = new AuthorMistakes(of.Job(), channel.Id);
        key = AllKinds.Of(channel.Key);
        value = AllKinds.Of(channel.Value);
        right = channel.Right.Length == 0 ? value : AllKinds.Of(channel.Right);
        encodesKey = channel.Step != Step.MapOnly || of.IsRead(channel);
        encodesValue = channel.Step == Step.Aggregate ? EncodesValue(channel.Aggregator!) : encodesKey;
        codec = of.Mistakes.Any(mistake => mistake.Place == MistakePlace.KeyCodec) ? MistakePlace.KeyCodec : MistakePlace.ValueCodec;
        Partitioner = new Partitioner(key, channel.Step == Step.GroupByFirst ? PartsOf.First(key) : null, mistakes);
    }

    public Partitioner Partitioner { get; }

    public AuthorMistakes Mistakes => mistakes;

    /// <summary>Why a pair is refused; nothing where it is not. Which of several reasons is met first nobody promises.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="isRight">Whether its value is of the right side of a join.</param>
    public IEnumerable<string> Refusals((object? Key, object? Value) pair, bool isRight)
    {
        var kind = isRight ? right : value;
        if ((pair.Key is null && key.MayBeNull) || (pair.Value is null && kind.MayBeNull))
        {
            yield return "null String";
            yield break;
        }
        if ((encodesKey && HasNoBytes(pair.Key)) || (encodesValue && HasNoBytes(pair.Value))) yield return PlannedException.TextOf(codec);
        if (channel.Partitioning == Partitioning.Custom && RefusalOfPartitioner(pair.Key) is { } refusal) yield return refusal;
        if (channel.Step == Step.Aggregate && Folds(channel.Aggregator!, AggregatorNames.Bag))
        {
            var shown = kind.Show(pair.Value);
            if (mistakes.IsMadeAt(MistakePlace.AggregatorAdd, shown)) yield return PlannedException.TextOf(MistakePlace.AggregatorAdd);
            // A value is judged on its own: so its state has to be one that can be written.
            if (skips && mistakes.Has(MistakePlace.AggregatorWrite) && Bag<byte[]>.Poisons(mistakes, shown)) yield return PlannedException.TextOf(MistakePlace.AggregatorWrite);
        }
        if (channel.Step == Step.MapOnly && RowBytes.RefusalOf(channel.Outputs, pair.Key, pair.Value, (key is Utf8Kind, value is Utf8Kind)) is { } row) yield return row;
    }

    /// <summary>Whether the partition function gives a number for a key that is no partition, which is no record's fault.</summary>
    public bool LeavesRange(object? of) => channel.Partitioning == Partitioning.Custom && of is not null && RefusalOfPartitioner(of) is null && Partitioner.Of(SharedForm.Of(of), channel.Partitions) == channel.Partitions;

    /// <summary>Whether an aggregator is another, or made of it.</summary>
    public static bool Folds(AggregatorPlan plan, string name) => plan.Name == name || (plan.Name == AggregatorNames.Both && (Folds(plan.First!, name) || Folds(plan.Second!, name)));

    private static bool EncodesValue(AggregatorPlan plan) => Folds(plan, AggregatorNames.Min) || Folds(plan, AggregatorNames.Max) || Folds(plan, AggregatorNames.DistinctCount);

    private string? RefusalOfPartitioner(object? of)
    {
        try
        {
            Partitioner.Of(SharedForm.Of(of), channel.Partitions);
            return null;
        }
        catch (PlannedException exception)
        {
            return exception.Message;
        }
    }

    private static bool HasNoBytes(object? part) => part is Fussy fussy && fussy.Text.StartsWith(Fussy.HasNoBytes);
}
