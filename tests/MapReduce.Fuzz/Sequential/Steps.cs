using MapReduce.Engine;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Sequential;

/// <summary>What becomes of the pairs of a channel behind its shuffle: group by group, in the order of keys.</summary>
internal sealed class Steps(Semantics semantics, Expectation expectation)
{
    /// <summary>The groups of a channel with their rows.</summary>
    public IReadOnlyList<Group> Of(ChannelPlan channel, IReadOnlyList<Pair> pairs, AuthorMistakes mistakes)
    {
        var key = AllKinds.Of(channel.Key);
        IComparer<object?> order = channel.HasOwnCodecs && channel.Key == AllKinds.Int64.Name ? new FallingOrder(semantics.Order) : semantics.Order;
        var sorted = semantics.Arriving(pairs).Select(pair => pair with { Key = semantics.Shuffled(pair.Key) }).OrderBy(pair => pair.Key, order).ToList();
        Func<Pair, object?> groupOf = channel.Step == Step.GroupByFirst ? pair => ((System.Runtime.CompilerServices.ITuple)pair.Key!)[0] : pair => pair.Key;
        var group = channel.Step == Step.GroupByFirst ? PartsOf.First(key) : key;
        return [.. Runs(sorted, groupOf, order).Select(run => new Group(run[0].Key, Rows(channel, group, groupOf(run[0]), run, mistakes)))];
    }

    private static IEnumerable<List<Pair>> Runs(List<Pair> sorted, Func<Pair, object?> groupOf, IComparer<object?> order)
    {
        var run = new List<Pair>();
        foreach (var pair in sorted)
        {
            if (run.Count > 0 && order.Compare(groupOf(run[0]), groupOf(pair)) != 0)
            {
                yield return run;
                run = [];
            }
            run.Add(pair);
        }
        if (run.Count > 0) yield return run;
    }

    private List<(object? Key, object? Value)> Rows(ChannelPlan channel, Kind kind, object? key, List<Pair> run, AuthorMistakes mistakes)
    {
        var value = AllKinds.Of(channel.Value);
        switch (channel.Step)
        {
            case Step.Sort:
                return [.. run.Select(pair => (pair.Key, pair.Value))];
            case Step.Aggregate:
                try
                {
                    return [(key, semantics.Folds.Of(channel.Aggregator!, value, [.. run.Select(pair => pair.Value)], mistakes))];
                }
                catch (Refusal refusal)
                {
                    return Fail(refusal.Message);
                }
            case Step.Join:
                return mistakes.IsMadeAt(MistakePlace.JoinSelect, kind.Show(key)) && Joined(channel, run).Any() ? Fail(PlannedException.TextOf(MistakePlace.JoinSelect)) : [.. Joined(channel, run).Select(row => (key, (object?)row))];
            default:
                expectation.Counters[FeedCounters.GroupsOf(channel.Id)]++;
                List<(object? Key, object? Value)> rows = [.. Reductions.Of(channel.Reduce, run.Select(pair => Item(channel, pair)), Shown(channel, value)).Select(text => (key, (object?)text))];
                if (!mistakes.IsMadeAt(MistakePlace.Reducer, kind.Show(key))) return rows;
                // It is made when the rows are written, each of which may be refused before.
                foreach (var row in rows)
                    if (RowBytes.RefusalOf(channel.Outputs, row.Key, row.Value, (kind is Utf8Kind, false)) is { } refusal) Fail(refusal);
                return Fail(PlannedException.TextOf(MistakePlace.Reducer));
        }
    }

    private static object? Item(ChannelPlan channel, Pair pair) => channel.Step == Step.GroupByFirst ? pair : pair.Value;

    private static Func<object?, byte[]> Shown(ChannelPlan channel, Kind value)
    {
        if (channel.Step != Step.GroupByFirst) return value.Show;
        var second = PartsOf.Of(AllKinds.Of(channel.Key)).Second;
        return item => GroupDefiner.Show(second, value, ((System.Runtime.CompilerServices.ITuple)((Pair)item!).Key!)[1], ((Pair)item).Value);
    }

    /// <summary>Right values stream past the left ones, each of them past all; in the order of their inputs.</summary>
    private IEnumerable<string> Joined(ChannelPlan channel, List<Pair> run)
    {
        var (left, right) = (AllKinds.Of(channel.Value), AllKinds.Of(channel.Right));
        var lefts = run.Where(pair => !pair.IsRight).Select(pair => left.Show(pair.Value)).ToList();
        var rights = run.Where(pair => pair.IsRight).Select(pair => right.Show(pair.Value)).ToList();
        if (!semantics.Keeps(channel.Join, lefts.Count > 0, rights.Count > 0)) return [];
        if (rights.Count == 0) return lefts.Select(shown => JoinDefiner.Row(shown, null));
        return lefts.Count == 0 ? rights.Select(shown => JoinDefiner.Row(null, shown)) : rights.SelectMany(shown => lefts.Select(other => JoinDefiner.Row(other, shown)));
    }

    private List<(object?, object?)> Fail(string text)
    {
        expectation.Failures.Add(new ExpectedFailure(EngineError.UserCode, text));
        return [];
    }
}

/// <summary>The rows that a group becomes.</summary>
/// <param name="Key">The key, or the first of those that the group has.</param>
/// <param name="Rows">The rows.</param>
internal sealed record Group(object? Key, IReadOnlyList<(object? Key, object? Value)> Rows);
