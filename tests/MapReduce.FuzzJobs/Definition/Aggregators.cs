using System.Text;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Makes aggregators of plans, for one kind of values.</summary>
internal interface IAggregators<TValue> where TValue : allows ref struct
{
    void Make(AggregatorPlan plan, IAggregatorTaker<TValue> taker);
}

/// <summary>Takes an aggregator with the type of its result.</summary>
internal interface IAggregatorTaker<TValue> where TValue : allows ref struct
{
    void Take<TResult>(Aggregator<TValue, TResult> aggregator, PlainKind<TResult> result);
}

/// <summary>Tells of members of the API that are called.</summary>
internal delegate void Use(params ReadOnlySpan<string> members);

/// <summary>Aggregators of ordinary values.</summary>
internal sealed class PlainAggregators<TValue>(PlainKind<TValue> kind, AuthorMistakes mistakes, Use use) : IAggregators<TValue>
{
    public void Make(AggregatorPlan plan, IAggregatorTaker<TValue> taker)
    {
        if (plan.Selects) taker = new Selecting<TValue>(taker, mistakes, use);
        if (plan.Name != AggregatorNames.Bag) use(plan.Name);
        switch (plan.Name)
        {
            case AggregatorNames.Bag: taker.Take(new Bag<TValue>(kind, mistakes), AllKinds.Text); break;
            case AggregatorNames.Sum: taker.Take(kind.Sum!, kind); break;
            case AggregatorNames.SumOfPairs: ((IPairKind)kind).Accept(new PairSums<TValue>(taker)); break;
            case AggregatorNames.Count: taker.Take(Count.Of<TValue>(), AllKinds.Int64); break;
            case AggregatorNames.Min: taker.Take(Min.Of<TValue>(), kind); break;
            case AggregatorNames.Max: taker.Take(Max.Of<TValue>(), kind); break;
            case AggregatorNames.DistinctCount: taker.Take(DistinctCount.Of<TValue>().Select(AggregatorNames.FewOrMany), AllKinds.Int64); break;
            case AggregatorNames.Mean: ((IAggregatorTaker<double>)taker).Take(Mean.OfDouble(), AllKinds.Double); break;
            case AggregatorNames.Histogram: ((IAggregatorTaker<double>)taker).Take(Histogram.Of(AggregatorNames.Bounds), AllKinds.Int64Array); break;
            case AggregatorNames.TopK: ((IAggregatorTaker<(long, string)>)taker).Take(TopK.Of(AggregatorNames.Top), AllKinds.WeightedArray); break;
            case AggregatorNames.LongAggregator: ((IAggregatorTaker<long>)taker).Take(new LongAggregator(AggregatorNames.Fold), AllKinds.Int64); break;
            case AggregatorNames.Both: Make(plan.First!, new BothTaker<TValue>(this, plan.Second!, taker)); break;
            default: throw new InvalidOperationException($"There is no aggregator '{plan.Name}'.");
        }
    }
}

/// <summary>Aggregators of texts in the buffers of others.</summary>
internal sealed class TextAggregators(Kind<Utf8> kind, AuthorMistakes mistakes, Use use) : IAggregators<Utf8>
{
    public void Make(AggregatorPlan plan, IAggregatorTaker<Utf8> taker)
    {
        if (plan.Selects) taker = new Selecting<Utf8>(taker, mistakes, use);
        if (plan.Name != AggregatorNames.Bag) use(plan.Name);
        switch (plan.Name)
        {
            case AggregatorNames.Bag: taker.Take(new Bag<Utf8>(kind, mistakes), AllKinds.Text); break;
            case AggregatorNames.DistinctValues: taker.Take(DistinctValues.OfUtf8(), AllKinds.ValueList); break;
            case AggregatorNames.Both: Make(plan.First!, new BothTaker<Utf8>(this, plan.Second!, taker)); break;
            default: throw new InvalidOperationException($"There is no aggregator '{plan.Name}' of texts.");
        }
    }
}

/// <summary>Changes the result into its text form.</summary>
internal sealed class Selecting<TValue>(IAggregatorTaker<TValue> taker, AuthorMistakes mistakes, Use use) : IAggregatorTaker<TValue> where TValue : allows ref struct
{
    public void Take<TResult>(Aggregator<TValue, TResult> aggregator, PlainKind<TResult> result)
    {
        use("Aggregator.Select");
        taker.Take(
            aggregator.Select(made =>
            {
                var shown = result.Show(made);
                mistakes.Make(MistakePlace.AggregatorSelect, shown);
                return Encoding.UTF8.GetString(shown);
            }),
            AllKinds.Text);
    }
}

/// <summary>Takes the first of two aggregators, and then the second.</summary>
internal sealed class BothTaker<TValue>(IAggregators<TValue> aggregators, AggregatorPlan second, IAggregatorTaker<TValue> taker) : IAggregatorTaker<TValue> where TValue : allows ref struct
{
    public void Take<TResult>(Aggregator<TValue, TResult> aggregator, PlainKind<TResult> result) => aggregators.Make(second, new WithFirst<TResult>(aggregator, result, taker));

    private sealed class WithFirst<TFirst>(Aggregator<TValue, TFirst> first, PlainKind<TFirst> firstKind, IAggregatorTaker<TValue> taker) : IAggregatorTaker<TValue>
    {
        public void Take<TResult>(Aggregator<TValue, TResult> aggregator, PlainKind<TResult> result)
            => taker.Take(Both.Of(first, aggregator), new PairKind<TFirst, TResult>("", firstKind, result));
    }
}

/// <summary>The aggregator that sums the parts of pairs.</summary>
internal sealed class PairSums<TValue>(IAggregatorTaker<TValue> taker) : IPairKindVisitor
{
    public void Visit<T1, T2>(PairKind<T1, T2> kind) => ((IAggregatorTaker<(T1, T2)>)taker).Take(kind.SumOfPairs!, kind);
}
