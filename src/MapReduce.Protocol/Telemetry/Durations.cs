using System.Diagnostics.Metrics;

namespace MapReduce.Protocol.Telemetry;

/// <summary>Histograms of times, in seconds.</summary>
public static class Durations
{
    private static readonly double[] Short = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Long = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

    /// <summary>Of what takes milliseconds.</summary>
    public static Histogram<double> CreateShort(this Meter meter, string name, string description) => Create(meter, name, description, Short);

    /// <summary>Of what takes seconds to minutes.</summary>
    public static Histogram<double> CreateLong(this Meter meter, string name, string description) => Create(meter, name, description, Long);

    private static Histogram<double> Create(Meter meter, string name, string description, double[] bounds)
        => meter.CreateHistogram(name, "s", description, tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
