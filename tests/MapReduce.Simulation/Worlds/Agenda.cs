namespace MapReduce.Simulation.Worlds;

/// <summary>Time, and what happens at which moment of it. Of what happens at the same moment, first comes what was planned first.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<(Life? Owner, Action Act), (long, long)> entries = new();
    private long sequence;

    /// <summary>Microseconds since the history began.</summary>
    public long Now { get; private set; }

    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(Now * TimeSpan.TicksPerMicrosecond);

    /// <summary>Plans something for a life of a node: it does not happen where that has ended, and later where that is paused.</summary>
    public void At(long time, Life? owner, Action act) => entries.Enqueue((owner, act), (Math.Max(time, Now), sequence++));

    public void In(long microseconds, Life? owner, Action act) => At(Now + microseconds, owner, act);

    /// <summary>Lets the next thing happen.</summary>
    public bool Step()
    {
        while (entries.TryDequeue(out var entry, out var at))
        {
            if (entry.Owner is { IsAlive: false }) continue;
            if (entry.Owner is { } life && life.PausedUntil > at.Item1)
            {
                entries.Enqueue(entry, (life.PausedUntil, at.Item2));
                continue;
            }
            Now = Math.Max(Now, at.Item1);
            entry.Act();
            return true;
        }
        return false;
    }
}
