namespace MapReduce.Node.Telemetry;

/// <summary>How fast others can make a node log: some lines at once, then one a second.</summary>
/// <param name="time">The clock.</param>
internal sealed class LogPace(TimeProvider time)
{
    private const double Burst = 20;

    private readonly object gate = new();
    private double room = Burst;
    private long filled = time.GetTimestamp();
    private long untold;

    /// <summary>Whether as many lines may be logged at once as ever.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate) return room + time.GetElapsedTime(filled).TotalSeconds >= Burst;
        }
    }

    /// <summary>Whether a line may be logged now.</summary>
    /// <param name="more">How many may not since the last that was; to be said with this one.</param>
    public bool Admits(out long more)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            room = Math.Min(Burst, room + time.GetElapsedTime(filled, now).TotalSeconds);
            filled = now;
            more = untold;
            var admits = room >= 1;
            if (admits) (room, untold) = (room - 1, 0);
            else untold++;
            return admits;
        }
    }
}
