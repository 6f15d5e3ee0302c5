using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Defines channels whose values are folded.</summary>
internal sealed class AggregateDefiner(JobDefiner definer, ChannelPlan channel) : IKindVisitor
{
    public void Visit<TKey>(Kind<TKey> key) where TKey : allows ref struct
    {
        // Texts in the buffers of others are folded in one way only, and by aggregators of the job's own.
        if (AllKinds.Of(channel.Value) is Kind<Utf8> texts) new Folding<TKey, Utf8>(definer, channel, key, texts).Fold(new TextAggregators(texts, definer.MistakesOf(channel), definer.Use));
        else AllKinds.Of(channel.Value).Accept(new OfKey<TKey>(definer, channel, key));
    }

    private sealed class OfKey<TKey>(JobDefiner definer, ChannelPlan channel, Kind<TKey> key) : IPlainKindVisitor where TKey : allows ref struct
    {
        public void Visit<TValue>(PlainKind<TValue> value)
            => new Folding<TKey, TValue>(definer, channel, key, value).Fold(new PlainAggregators<TValue>(value, definer.MistakesOf(channel), definer.Use));
    }

    /// <summary>Takes the aggregator once it is made.</summary>
    private sealed class Folding<TKey, TValue>(JobDefiner definer, ChannelPlan channel, Kind<TKey> key, Kind<TValue> value) : IAggregatorTaker<TValue>
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        private Pairs<TKey, TValue>? pairs;

        public void Fold(IAggregators<TValue> aggregators)
        {
            pairs = new Shuffle<TKey, TValue>(definer, channel, key, value).Open();
            aggregators.Make(channel.Aggregator!, this);
        }

        public void Take<TResult>(Aggregator<TValue, TResult> aggregator, PlainKind<TResult> result)
        {
            definer.Use("Pairs.Aggregate");
            new OutputDefiner(definer, channel).Finish(pairs!.Aggregate(aggregator), key, result);
        }
    }
}
