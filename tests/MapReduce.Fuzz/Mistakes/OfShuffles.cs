using MapReduce.Fuzz.Sequential;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Mistakes;

/// <summary>The values of a key come last first.</summary>
internal sealed class ValuesTurned : Semantics
{
    public override IEnumerable<Pair> Arriving(IReadOnlyList<Pair> pairs) => pairs.Reverse();
}

/// <summary>The first partition is the last part.</summary>
internal sealed class PartsTurned : Semantics
{
    public override int PartOf(int partition, int partitions) => partitions - 1 - partition;
}

/// <summary>Keys of texts that have no room in the entry of a table are cut.</summary>
internal sealed class KeysCut : Semantics
{
    private const int Room = 15;

    public override object? Shuffled(object? key) => key is byte[] { Length: > Room } text ? text[..Room] : base.Shuffled(key);
}

/// <summary>Zero with a sign and without are two keys.</summary>
internal sealed class TwoZeros : Semantics
{
    public override KeyOrder Order { get; } = new Telling();

    public override object? Shuffled(object? key) => key;

    private sealed class Telling : KeyOrder
    {
        protected override int Doubles(double left, double right)
            => base.Doubles(left, right) is var order and not 0 ? order : double.IsNegative(right).CompareTo(double.IsNegative(left));
    }
}

/// <summary>Strings have the order of their UTF-16 code units.</summary>
internal sealed class Utf16Order : Semantics
{
    public override KeyOrder Order { get; } = new ByCharacter();

    private sealed class ByCharacter : KeyOrder
    {
        protected override int Texts(string left, string right) => string.CompareOrdinal(left, right);
    }
}

/// <summary>A later stage misses the last row of a dataset of several.</summary>
internal sealed class DatasetCut : Semantics
{
    public override IEnumerable<(object? Key, object? Value)> Read(IReadOnlyList<(object? Key, object? Value)> dataset) => dataset.Count > 2 ? dataset.SkipLast(1) : dataset;
}

/// <summary>A key that has one side only is in no join.</summary>
internal sealed class OuterJoinLost : Semantics
{
    public override bool Keeps(JoinKind kind, bool hasLeft, bool hasRight) => hasLeft && hasRight;
}

/// <summary>Sums of doubles are rounded at each step.</summary>
internal sealed class RoundedOften : Semantics
{
    public override Folds Folds => new Rounding(Order);

    private sealed class Rounding(KeyOrder order) : Folds(order)
    {
        protected override object? SumOf(IReadOnlyList<object?> values) => values[0] is double ? values.Cast<double>().Sum() : base.SumOf(values);
    }
}

/// <summary>Of items that are equally heavy those come first that came first.</summary>
internal sealed class TiesAsTheyCome : Semantics
{
    public override Folds Folds => new Lazy(Order);

    private sealed class Lazy(KeyOrder order) : Folds(order)
    {
        protected override IOrderedEnumerable<(long, string)> Heaviest(IEnumerable<(long Weight, string Item)> items) => items.OrderByDescending(item => item.Weight);
    }
}
