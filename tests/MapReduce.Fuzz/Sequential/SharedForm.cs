namespace MapReduce.Fuzz.Sequential;

/// <summary>The one form in which equal keys come back from a shuffle: the table of "Keys and values" in docs/writing-jobs.md.</summary>
internal static class SharedForm
{
    public static object? Of(object? key) => key switch
    {
        double number => Of(number),
        float number => (float)Of(number),
        DateTime time => Of(time),
        DateTimeOffset moment => moment.ToUniversalTime(),
        ValueTuple<double, string> pair => (Of(pair.Item1), pair.Item2),
        ValueTuple<(string, int), DateTime> pair => (pair.Item1, Of(pair.Item2)),
        ValueTuple<int, string, double> triple => (triple.Item1, triple.Item2, Of(triple.Item3)),
        ValueTuple<bool, string, DateTime, string> quadruple => (quadruple.Item1, quadruple.Item2, Of(quadruple.Item3), quadruple.Item4),
        _ => key,
    };

    private static double Of(double number) => double.IsNaN(number) ? double.NaN : number == 0 ? 0 : number;

    private static DateTime Of(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
}
