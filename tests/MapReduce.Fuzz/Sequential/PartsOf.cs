using MapReduce.FuzzJobs.Kinds;

namespace MapReduce.Fuzz.Sequential;

/// <summary>The kinds of the parts of keys that are pairs.</summary>
internal static class PartsOf
{
    public static Kind First(Kind pair) => Of(pair).First;

    public static (Kind First, Kind Second) Of(Kind pair)
    {
        var finder = new Finder();
        ((IPairKind)pair).Accept(finder);
        return finder.Found!.Value;
    }

    private sealed class Finder : IPairKindVisitor
    {
        public (Kind First, Kind Second)? Found { get; private set; }

        public void Visit<T1, T2>(PairKind<T1, T2> kind) => Found = (kind.First, kind.Second);
    }
}
