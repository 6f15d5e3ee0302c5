namespace MapReduce.Coordination;

/// <summary>What is known of one task, small because a job may have a million.</summary>
internal struct TaskCell
{
    /// <summary>The number of the attempt that counts; -1 while there is none.</summary>
    public int Winner;

    /// <summary>The worker, by its number in the job, that ran the winner.</summary>
    public int WinnerWorker;

    /// <summary>Attempts started so far.</summary>
    public int Started;

    /// <summary>Attempts that failed by their own fault.</summary>
    public short Failures;

    /// <summary>Attempts lost with their worker.</summary>
    public short Losses;

    public RunningAttempt First;
    public RunningAttempt Second;

    public readonly bool IsDone => Winner >= 0;

    public readonly bool IsRunning => First.IsSet || Second.IsSet;

    public static TaskCell New() => new() { Winner = -1, WinnerWorker = -1, First = RunningAttempt.None, Second = RunningAttempt.None };
}

/// <summary>An attempt that holds a lease.</summary>
internal struct RunningAttempt
{
    public int Number;
    public int Worker;
    private long started;
    private long deadline;

    /// <summary>When it was granted.</summary>
    public DateTimeOffset StartedAt
    {
        readonly get => new(started, TimeSpan.Zero);
        set => started = value.UtcTicks;
    }

    /// <summary>When its lease ends.</summary>
    public DateTimeOffset Deadline
    {
        readonly get => new(deadline, TimeSpan.Zero);
        set => deadline = value.UtcTicks;
    }

    public static RunningAttempt None => new() { Number = -1 };

    public readonly bool IsSet => Number >= 0;
}
