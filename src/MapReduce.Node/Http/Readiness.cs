namespace MapReduce.Node.Http;

/// <summary>Whether a node can do its part. Anybody may ask, so the job master is asked once a second at most, for all who want to know.</summary>
/// <param name="status">What the node knows by itself: <c>ready</c>, or what is missing.</param>
/// <param name="askMaster">Asks the job master, and fails where none answers.</param>
/// <param name="time">The clock.</param>
public sealed class Readiness(Func<string> status, Func<Task> askMaster, TimeProvider time)
{
    /// <summary>What a node says that can do its part.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private Task<bool>? last;
    private long askedAt;

    /// <summary>Says <see cref="Ready"/>, or what is missing.</summary>
    public async Task<string> NowAsync(CancellationToken cancellation)
    {
        var now = status();
        return now != Ready || await HasMasterAsync().WaitAsync(cancellation) ? now : "no job master answers";
    }

    private Task<bool> HasMasterAsync()
    {
        lock (gate)
        {
            if (last is not null && (!last.IsCompleted || time.GetElapsedTime(askedAt) < Interval)) return last;
            askedAt = time.GetTimestamp();
            last = AskAsync();
            return last;
        }
    }

    private async Task<bool> AskAsync()
    {
        try
        {
            await askMaster();
            return true;
        }
        catch (QuestionException)
        {
            return false;
        }
    }
}
