using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace MapReduce.Protocol.Telemetry;

/// <summary>Counts by up to two labels from the start of the process on, whether or not anybody collects metrics yet.</summary>
/// <param name="first">The name of the first label; null for none.</param>
/// <param name="second">The name of the second label; null for none.</param>
public sealed class Tally(string? first = null, string? second = null)
{
    private readonly ConcurrentDictionary<(string First, string Second), StrongBox<long>> counts = [];

    /// <summary>Adds to a count.</summary>
    /// <param name="amount">How much; not negative.</param>
    /// <param name="one">The value of the first label.</param>
    /// <param name="two">The value of the second label.</param>
    public void Add(long amount, string one = "", string two = "") => Interlocked.Add(ref counts.GetOrAdd((one, two), static _ => new StrongBox<long>()).Value, amount);

    /// <summary>The counts, for an observable instrument. Without labels there is always one.</summary>
    public IEnumerable<Measurement<long>> Measure()
    {
        if (first is null) Add(0);
        foreach (var (labels, count) in counts) yield return new Measurement<long>(Interlocked.Read(ref count.Value), Labels(labels));
    }

    private KeyValuePair<string, object?>[] Labels((string First, string Second) values)
        => first is null ? [] : second is null ? [new(first, values.First)] : [new(first, values.First), new(second, values.Second)];
}
