using System.Text;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Defines joins. A row is shown as its two sides.</summary>
internal sealed class JoinDefiner(JobDefiner definer, ChannelPlan channel) : IPlainKindVisitor
{
    public void Visit<TKey>(PlainKind<TKey> key) => AllKinds.Of(channel.Value).Accept((IPlainKindVisitor)new OfKey<TKey>(definer, channel, key));

    /// <summary>The text of a row; a side that is not there is null.</summary>
    public static string Row(byte[]? left, byte[]? right) => $"{Side(left)}|{Side(right)}";

    private static string Side(byte[]? shown) => shown is null ? "-" : $"+{Encoding.UTF8.GetString(shown)}";

    private sealed class OfKey<TKey>(JobDefiner definer, ChannelPlan channel, PlainKind<TKey> key) : IPlainKindVisitor
    {
        public void Visit<TLeft>(PlainKind<TLeft> left) => AllKinds.Of(channel.Right).Accept((IPlainKindVisitor)new OfLeft<TKey, TLeft>(definer, channel, key, left));
    }

    private sealed class OfLeft<TKey, TLeft>(JobDefiner definer, ChannelPlan channel, PlainKind<TKey> key, PlainKind<TLeft> left) : IPlainKindVisitor
    {
        public void Visit<TRight>(PlainKind<TRight> right)
        {
            definer.Use("JoinExtensions.Join", "Join.Select");
            var join = definer.Job.Join<TKey, TLeft, TRight>();
            foreach (var feed in channel.Feeds)
            {
                var source = definer.Source(feed.Source);
                if (feed.IsRight) source.MapRight(join, definer.Feeding(channel, feed, key, right));
                else source.MapLeft(join, definer.Feeding(channel, feed, key, left));
            }
            if (channel.Partitions > 0)
            {
                definer.Use("Join.Partitions");
                join.Partitions(channel.Partitions);
            }
            var mistakes = definer.MistakesOf(channel);
            var dataset = join.Select<TKey, string>(channel.Join, (row, output) =>
            {
                mistakes.Make(MistakePlace.JoinSelect, key.Show(row.Key));
                output.Emit(row.Key, Row(row.HasLeft ? left.Show(row.Left) : null, row.HasRight ? right.Show(row.Right) : null));
            });
            new OutputDefiner(definer, channel).Finish(dataset, key, AllKinds.Text);
        }
    }
}
