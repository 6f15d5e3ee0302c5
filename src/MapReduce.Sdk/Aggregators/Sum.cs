namespace MapReduce.Sdk;

/// <summary>Sums.</summary>
public static class Sum
{
    /// <summary>The sum of 64-bit integers, modulo 2^64.</summary>
    public static Aggregator<long, long> OfInt64() => new LongAggregator(LongFold.Sum);

    /// <summary>The sum of numbers of type <typeparamref name="T"/>: integers modulo their size; floating-point numbers exactly, rounded once at the end.</summary>
    public static Aggregator<T, T> Of<T>() where T : struct
    {
        if (typeof(T) == typeof(long)) return (Aggregator<T, T>)(object)new LongAggregator(LongFold.Sum);
        throw new JobException(JobError.Definition, $"{typeof(T).Name} cannot be summed.");
    }
}
