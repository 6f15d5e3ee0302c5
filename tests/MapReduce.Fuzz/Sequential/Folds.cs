using System.Text;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Sequential;

/// <summary>What aggregators make of all values of a key at once, as "From pairs to results" of docs/writing-jobs.md and their summaries say.</summary>
internal class Folds(KeyOrder order)
{
    /// <exception cref="Refusal">The author's code, or the number, refuses.</exception>
    public object? Of(AggregatorPlan plan, Kind kind, IReadOnlyList<object?> values, AuthorMistakes mistakes)
    {
        var result = Result(plan, kind, values, mistakes);
        if (!plan.Selects) return result;
        var shown = Show(plan with { Selects = false }, kind, result);
        return mistakes.IsMadeAt(MistakePlace.AggregatorSelect, shown) ? throw new Refusal(PlannedException.TextOf(MistakePlace.AggregatorSelect)) : Encoding.UTF8.GetString(shown);
    }

    /// <summary>Shows a result as the job does where a later stage maps it.</summary>
    public static byte[] Show(AggregatorPlan plan, Kind kind, object? result) => plan switch
    {
        { Selects: true } or { Name: AggregatorNames.Bag } => AllKinds.Text.Show(result),
        { Name: AggregatorNames.Count or AggregatorNames.DistinctCount } => AllKinds.Int64.Show(result),
        { Name: AggregatorNames.Mean } => AllKinds.Double.Show(result),
        { Name: AggregatorNames.DistinctValues } => Joined((Texts)result!),
        { Name: AggregatorNames.Histogram } => AllKinds.Int64Array.Show(result),
        { Name: AggregatorNames.TopK } => AllKinds.WeightedArray.Show(result),
        { Name: AggregatorNames.Both } => [(byte)'/', .. Show(plan.First!, kind, ((Twice)result!).First), (byte)'/', .. Show(plan.Second!, kind, ((Twice)result).Second)],
        _ => kind.Show(result),
    };

    protected virtual object? SumOf(IReadOnlyList<object?> values) => values[0] switch
    {
        double => ExactSums.Of(values.Cast<double>()),
        decimal => ExactSums.Of(values.Cast<decimal>()),
        _ => ExactSums.OfIntegers(values),
    };

    /// <summary>Heaviest first, ties in the byte order of the items.</summary>
    protected virtual IOrderedEnumerable<(long, string)> Heaviest(IEnumerable<(long Weight, string Item)> items)
        => items.OrderByDescending(item => item.Weight).ThenBy(item => item.Item, Comparer<string>.Create(order.Compare));

    private object? Result(AggregatorPlan plan, Kind kind, IReadOnlyList<object?> values, AuthorMistakes mistakes) => plan.Name switch
    {
        AggregatorNames.Bag => Bag(kind, values, mistakes),
        AggregatorNames.Sum => SumOf(values),
        AggregatorNames.SumOfPairs => values[0] is (long, int)
            ? (object)((long)SumOf(Parts(values, 0))!, (int)SumOf(Parts(values, 1))!)
            : ((decimal)SumOf(Parts(values, 0))!, (long)SumOf(Parts(values, 1))!),
        AggregatorNames.Count => (long)values.Count,
        AggregatorNames.Min => values.Order(order).First(),
        AggregatorNames.Max => values.Order(order).Last(),
        AggregatorNames.LongAggregator => values.Cast<long>().Max(),
        AggregatorNames.Mean => ExactSums.Of(values.Cast<double>()) / values.Count,
        AggregatorNames.Histogram => Counts(values.Cast<double>()),
        AggregatorNames.DistinctCount => AggregatorNames.FewOrMany(Different(values)),
        AggregatorNames.DistinctValues => new Texts([.. values.Cast<byte[]>().Distinct(new SameBytes()).Order(Comparer<byte[]>.Create(order.Compare))]),
        AggregatorNames.TopK => Heaviest(values.Cast<(long, string)>()).Take(AggregatorNames.Top).ToArray(),
        _ => new Twice(Of(plan.First!, kind, values, mistakes), Of(plan.Second!, kind, values, mistakes)),
    };

    private static byte[] Joined(Texts texts) => Encoding.UTF8.GetBytes($"{texts.All.Count}:{string.Join('|', texts.All.Select(Encoding.UTF8.GetString))}");

    private static string Bag(Kind kind, IReadOnlyList<object?> values, AuthorMistakes mistakes)
    {
        var shown = values.Select(kind.Show).ToList();
        if (mistakes.Has(MistakePlace.AggregatorResult) && shown.Exists(value => Bag<byte[]>.Poisons(mistakes, value))) throw new Refusal(PlannedException.TextOf(MistakePlace.AggregatorResult));
        return Bag<byte[]>.ResultOf(shown.Count, shown.Aggregate(0UL, (sum, value) => sum + Hash.Of(value)));
    }

    private static List<object?> Parts(IReadOnlyList<object?> values, int part) => [.. values.Select(value => ((System.Runtime.CompilerServices.ITuple)value!)[part])];

    /// <summary>How many values fall below each bound and not below the one before; NaN is below all, as in the order of keys.</summary>
    private static long[] Counts(IEnumerable<double> values)
    {
        var counts = new long[AggregatorNames.Bounds.Length + 1];
        foreach (var value in values) counts[AggregatorNames.Bounds.Count(bound => bound.CompareTo(value) <= 0)]++;
        return counts;
    }

    /// <summary>How many values are not equal; arrays are told apart by their parts.</summary>
    private int Different(IReadOnlyList<object?> values)
    {
        var sorted = values.Select(value => value is Array array and not byte[] ? string.Join('\n', array.Cast<object?>().Select(part => $"{part?.ToString()?.Length}:{part}")) : value).Order(order).ToList();
        return 1 + sorted.Skip(1).Where((value, index) => order.Compare(sorted[index], value) != 0).Count();
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public int GetHashCode(byte[] bytes) => (int)Hash.Of(bytes);
    }
}

/// <summary>The results of two aggregators.</summary>
internal sealed record Twice(object? First, object? Second) : System.Runtime.CompilerServices.ITuple
{
    public int Length => 2;

    public object? this[int index] => index == 0 ? First : Second;
}
