using MapReduce.FuzzJobs.Kinds;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>The names of aggregators in plans: those of the API's members, and that of the job's own.</summary>
internal static class AggregatorNames
{
    public const string Bag = "Bag";
    public const string Sum = "Sum.Of";
    public const string SumOfPairs = "Sum.OfPairs";
    public const string Count = "Count.Of";
    public const string Min = "Min.Of";
    public const string Max = "Max.Of";
    public const string DistinctCount = "DistinctCount.Of";
    public const string DistinctValues = "DistinctValues.OfUtf8";
    public const string Mean = "Mean.OfDouble";
    public const string Histogram = "Histogram.Of";
    public const string TopK = "TopK.Of";
    public const string Both = "Both.Of";
    public const string LongAggregator = "LongAggregator";

    /// <summary>How many items <see cref="TopK"/> keeps.</summary>
    public const int Top = 3;

    /// <summary>How <see cref="LongAggregator"/> folds.</summary>
    public const LongFold Fold = LongFold.Max;

    /// <summary>More different values than these are many: they are estimated, and the estimate is no matter of bytes.</summary>
    public const long Few = 128;

    /// <summary>Kinds with values that are equal and yet different.</summary>
    private static readonly string[] WithTwins = ["Double", "Single", "DateTime", "DateTimeOffset", "DoubleAndText", "NestedPair", "Triple", "Quadruple"];

    private static readonly string[] OfAnything = [Bag, Count, DistinctCount];

    /// <summary>The bounds of <see cref="Histogram"/>.</summary>
    public static double[] Bounds => [-1, 0, 1.5];

    /// <summary>A number of different values, as far as it is exact.</summary>
    public static long FewOrMany(long count) => count <= Few ? count : -1;

    /// <summary>The aggregators that take values of a kind, but for <see cref="Both"/>, which takes those of its two.</summary>
    public static IReadOnlyList<string> Of(Kind kind)
    {
        if (kind.Name == "Utf8") return [Bag, DistinctValues];
        var names = OfAnything.ToList();
        // Which of several equal values is the least nothing promises, but that it is always the same.
        if (kind.IsKey && !WithTwins.Contains(kind.Name)) names.AddRange([Min, Max]);
        if (kind is { IsJson: true } && HasSum(kind)) names.Add(Sum);
        if (kind.Name is "Int64AndInt32" or "DecimalAndInt64") names.Add(SumOfPairs);
        if (kind.Name is "Double" or "Finite") names.AddRange([Mean, Histogram]);
        if (kind.Name == AllKinds.Weighted.Name) names.Add(TopK);
        if (kind.Name == AllKinds.Int64.Name) names.Add(LongAggregator);
        return names;
    }

    private static bool HasSum(Kind kind)
    {
        var finder = new SumFinder();
        kind.Accept((IPlainKindVisitor)finder);
        return finder.Found;
    }

    private sealed class SumFinder : IPlainKindVisitor
    {
        public bool Found { get; private set; }

        public void Visit<T>(PlainKind<T> kind) => Found = kind.Sum is not null;
    }
}
