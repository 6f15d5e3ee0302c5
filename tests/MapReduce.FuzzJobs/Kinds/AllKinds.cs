using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>All kinds that plans name.</summary>
internal static class AllKinds
{
    public static readonly TextKind Text = new();

    public static readonly NumberKind<long> Int64 = new("Int64", [0, -1, long.MinValue, long.MaxValue, 1L << 32], number => number);

    public static readonly NumberKind<double> Double = new(
        "Double", [0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon, 1e300, -1e300, 0.1], number => (number - 20) * 0.1);

    /// <summary>Numbers of which no two are equal and yet different.</summary>
    public static readonly NumberKind<double> Finite = new("Finite", [0, double.MaxValue, double.Epsilon, -1e300, 1e300, 0.1], number => (number - 20) * 0.1);

    public static readonly ArrayKind<long> Int64Array = new("Int64Array", Int64);

    /// <summary>Items with weights.</summary>
    public static readonly PairKind<long, string> Weighted = new("Weighted", new NumberKind<long>("", [0, -1, long.MinValue, long.MaxValue], number => number % 5), Text);

    public static readonly ArrayKind<(long, string)> WeightedArray = new("WeightedArray", Weighted);

    public static readonly ValueListKind ValueList = new();

    private static readonly NumberKind<int> Int32 = new("Int32", [0, -1, int.MinValue, int.MaxValue], number => number);

    private static readonly NumberKind<decimal> Decimal = new(
        "Decimal", [0, -1.50m, 1.0m, 1.00m, 0.1m, 0.0000000000000000000000000001m, 39614081257132168796771975167m, -39614081257132168796771975167m], number => number / 10m, isKey: false);

    private static readonly ListedKind<DateTime> Time = new(
        "DateTime", [default, DateTime.MaxValue, new(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc), new(2024, 2, 29, 12, 0, 0, DateTimeKind.Local), new(2024, 2, 29, 12, 0, 0)],
        number => new DateTime(2000, 1, 1).AddHours(number));

    private static readonly Dictionary<string, Kind> ByName = new Kind[]
    {
        new Utf8Kind(), Text, new NoneKind(), new BytesKind(), Int64, Int32, Double, Finite, Decimal,
        new NumberKind<float>("Single", [0, -0f, float.NaN, float.PositiveInfinity, float.MinValue, float.Epsilon], number => number * 0.1f),
        new NumberKind<byte>("Byte", [0, 255], number => (byte)number),
        new NumberKind<sbyte>("SByte", [0, -128, 127], number => (sbyte)(number - 20)),
        new NumberKind<short>("Int16", [0, short.MinValue, short.MaxValue], number => (short)number),
        new NumberKind<ushort>("UInt16", [0, ushort.MaxValue], number => (ushort)number),
        new NumberKind<uint>("UInt32", [0, uint.MaxValue], number => (uint)number),
        new NumberKind<ulong>("UInt64", [0, ulong.MaxValue, 1UL << 63], number => (ulong)number),
        new JsonKind<bool>("Boolean", [false, true], number => number % 2 == 0),
        new ListedKind<char>("Char", ['\0', '\t', 'ä', '\uD83D', '\uFFFF'], number => (char)('a' + number)),
        new JsonKind<Guid>("Guid", [Guid.Empty, Guid.AllBitsSet], number => new Guid(number, 2, 3, [4, 5, 6, 7, 8, 9, 10, (byte)(number * 9)])),
        Time,
        new ListedKind<DateTimeOffset>(
            "DateTimeOffset", [default, DateTimeOffset.MaxValue, Moment(2), Moment(0), Moment(-5)],
            number => Moment(number % 3).AddMinutes(number)),
        new ListedKind<DateOnly>("DateOnly", [DateOnly.MinValue, DateOnly.MaxValue], number => new DateOnly(2024, 2, 1).AddDays(number)),
        new ListedKind<TimeOnly>("TimeOnly", [TimeOnly.MinValue, TimeOnly.MaxValue], number => new TimeOnly(number % 24, number)),
        new ListedKind<TimeSpan>("TimeSpan", [TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue], number => TimeSpan.FromMilliseconds(number - 20)),
        new ListedKind<Shade>("Enumeration", [Shade.None, Shade.Last, (Shade)200], number => (Shade)(number % 3)),
        new ListedKind<Depth>("SignedEnumeration", [Depth.Lowest, Depth.Highest], number => (Depth)(number - 20)),
        new JsonKind<int?>("NullableInt32", [null, 0, int.MinValue], number => number),
        new PairKind<string, long>("TextAndInt64", Text, Int64),
        new PairKind<double, string>("DoubleAndText", Double, Text),
        new PairKind<(string, int), DateTime>("NestedPair", new PairKind<string, int>("", Text, Int32), Time),
        new TripleKind<int, string, double>("Triple", Int32, Text, Double),
        new QuadrupleKind<bool, string, DateTime, string>("Quadruple", new ListedKind<bool>("", [false, true], number => number % 2 == 0), Text, Time, Text),
        new DescendingKind<string>("DescendingText", Text),
        new DescendingKind<long>("DescendingInt64", Int64),
        new FussyKind(),
        new ArrayKind<string>("TextArray", Text), Int64Array, Weighted, WeightedArray, ValueList,
        new PairKind<long, int>("Int64AndInt32", Int64, Int32, Sum.OfPairs<long, int>),
        new PairKind<decimal, long>("DecimalAndInt64", Decimal, Int64, Sum.OfPairs<decimal, long>),
    }.ToDictionary(kind => kind.Name);

    /// <summary>The names of those whose values map functions can make.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys.Where(name => name != ValueList.Name)];

    public static Kind Of(string name) => ByName[name];

    private static DateTimeOffset Moment(int hours) => new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(hours));
}

/// <summary>An enumeration.</summary>
internal enum Shade : byte
{
    None,
    Light,
    Dark,
    Last = 255,
}

/// <summary>An enumeration of numbers with signs.</summary>
internal enum Depth : short
{
    Lowest = short.MinValue,
    Surface = 0,
    Highest = short.MaxValue,
}
