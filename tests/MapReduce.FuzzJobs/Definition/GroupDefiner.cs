using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Defines channels that are grouped by the first part of their keys.</summary>
internal sealed class GroupDefiner(JobDefiner definer, ChannelPlan channel) : IPairKindVisitor
{
    public void Visit<T1, T2>(PairKind<T1, T2> kind) => AllKinds.Of(channel.Value).Accept((IPlainKindVisitor)new OfKey<T1, T2>(definer, channel, kind));

    /// <summary>An item as the reduce function shows it.</summary>
    public static byte[] Show(Kind second, Kind value, object? secondOf, object? valueOf) => [.. second.Show(secondOf), (byte)'=', .. value.Show(valueOf)];

    private sealed class OfKey<T1, T2>(JobDefiner definer, ChannelPlan channel, PairKind<T1, T2> key) : IPlainKindVisitor
    {
        public void Visit<TValue>(PlainKind<TValue> value)
        {
            definer.Use("GroupingExtensions.GroupByFirst", "GroupedPairs.Reduce");
            var groups = new Shuffle<(T1, T2), TValue>(definer, channel, key, value).Open(key.First).GroupByFirst();
            var reducing = new Reducing<T1, (T2 Second, TValue Value)>(channel, key.First, item => item, item => Shown(value, item), definer);
            var dataset = channel.ReducesWithObject
                ? groups.Reduce(() => new PlannedReducer<T1, (T2 Second, TValue Value)>(reducing))
                : groups.Reduce<T1, string>(reducing.Reduce);
            new OutputDefiner(definer, channel).Finish(dataset, key.First, AllKinds.Text);
        }

        private byte[] Shown<TValue>(PlainKind<TValue> value, object? item)
        {
            var (second, held) = ((T2, TValue))item!;
            return Show(key.Second, value, second, held);
        }
    }
}
