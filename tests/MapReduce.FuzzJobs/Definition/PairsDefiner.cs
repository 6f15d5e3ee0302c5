using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Defines channels whose pairs are written, sorted or reduced.</summary>
internal sealed class PairsDefiner(JobDefiner definer, ChannelPlan channel) : IKindVisitor
{
    public void Visit<TKey>(Kind<TKey> key) where TKey : allows ref struct => AllKinds.Of(channel.Value).Accept(new OfKey<TKey>(definer, channel, key));

    private sealed class OfKey<TKey>(JobDefiner definer, ChannelPlan channel, Kind<TKey> key) : IKindVisitor where TKey : allows ref struct
    {
        public void Visit<TValue>(Kind<TValue> value) where TValue : allows ref struct
        {
            var pairs = new Shuffle<TKey, TValue>(definer, channel, key, value).Open();
            var outputs = new OutputDefiner(definer, channel);
            switch (channel.Step)
            {
                case Step.MapOnly when channel.Outputs is [{ Format: RowFormat.Text }] && !definer.IsRead(channel):
                    definer.Use("Pairs.WriteText");
                    pairs.WriteText(outputs.Target(channel.Outputs[0]));
                    break;
                case Step.MapOnly:
                    definer.Use("Pairs.MapOnly");
                    outputs.Finish(pairs.MapOnly(), key, value);
                    break;
                case Step.Sort:
                    definer.Use("Pairs.Sort");
                    outputs.Finish(pairs.Sort(), key, value);
                    break;
                default:
                    outputs.Finish(Reduce(pairs, value), key, AllKinds.Text);
                    break;
            }
        }

        private Dataset<TKey, string> Reduce<TValue>(Pairs<TKey, TValue> pairs, Kind<TValue> value) where TValue : allows ref struct
        {
            definer.Use("Pairs.Reduce");
            var reducing = new Reducing<TKey, TValue>(channel, key, value.Close, value.Show, definer);
            return channel.ReducesWithObject ? pairs.Reduce(() => new PlannedReducer<TKey, TValue>(reducing)) : pairs.Reduce<TKey, string>(reducing.Reduce);
        }
    }
}
