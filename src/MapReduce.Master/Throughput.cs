namespace MapReduce.Master;

/// <summary>What the cluster has done lately, in samples of equal length. Numbers of samples follow the clock, so that those of the next master go on from them.</summary>
/// <param name="interval">The length of a sample.</param>
internal sealed class Throughput(TimeSpan interval)
{
    private const int Kept = 450;

    private readonly Queue<Sample> samples = [];
    private long work;
    private long done;

    /// <summary>The length of a sample.</summary>
    public TimeSpan Interval => interval;

    /// <summary>The number of the last sample; 0 where there is none.</summary>
    public long Last { get; private set; }

    /// <summary>The samples that are kept, oldest first; the number of the last is <see cref="Last"/>.</summary>
    public IReadOnlyCollection<Sample> Samples => samples;

    /// <summary>Takes note of how much more a job has done.</summary>
    /// <param name="bytes">What it has read since.</param>
    /// <param name="tasks">How many of its tasks have ended since.</param>
    public void Add(long bytes, int tasks)
    {
        // What is lost and made again was done all the same.
        work += Math.Max(0, bytes);
        done += Math.Max(0, tasks);
    }

    /// <summary>Time has passed.</summary>
    /// <param name="now">The time.</param>
    /// <param name="busy">How many slots are busy.</param>
    public void Tick(DateTimeOffset now, int busy)
    {
        var number = now.UtcTicks / interval.Ticks;
        if (number <= Last) return;
        // A pause, such as that of a machine that slept, leaves a gap that is filled with nothing.
        for (var missed = Last == 0 ? number : Math.Max(Last + 1, number - Kept); missed < number; missed++) Enqueue(default);
        Enqueue(new Sample(work, (int)done, busy));
        (work, done, Last) = (0, 0, number);
    }

    private void Enqueue(Sample sample)
    {
        samples.Enqueue(sample);
        if (samples.Count > Kept) samples.Dequeue();
    }

    /// <summary>What was done in one interval.</summary>
    /// <param name="Bytes">Bytes read, of inputs and of what tasks have made.</param>
    /// <param name="Tasks">Tasks that ended.</param>
    /// <param name="Busy">Busy slots at its end.</param>
    internal readonly record struct Sample(long Bytes, int Tasks, int Busy);
}
