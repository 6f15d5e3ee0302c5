using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

//   Idle ──Grant──▶ Running ──result──▶ Reporting ──Reported──▶ Idle
//    ▲                 │
//    └──not held, stopped, or alone for too long──┘

/// <summary>A slot's part of the conversation with the job master: it asks for work, runs what it is granted, keeps the lease alive, and reports until it is heard.</summary>
/// <remarks>
/// The same slot may for a moment live twice, or nowhere, and nothing rests on that: what it does counts only by the lease. It heeds no master older than
/// the newest that the node has heard of, and stops an attempt when no master has answered for too long.
/// </remarks>
/// <param name="slot">The slot.</param>
/// <param name="epochs">The highest epoch that the node has seen.</param>
/// <param name="solitude">How long an attempt goes on without a word of a master.</param>
/// <param name="surroundings">What the slot can do.</param>
public sealed class SlotProtocol(Slot slot, EpochGate epochs, TimeSpan solitude, ISlotSurroundings surroundings)
{
    private const int IdleRounds = 3;

    // What the protocol itself adds to a report has room in the rest.
    private const int MostBytes = MessageLimits.MostBytes - (1 << 10);

    private Grant? grant;
    private Report? report;
    private Grant? next;
    private DateTimeOffset heard;
    private long request = 1;
    private int idleRounds;

    /// <summary>What the slot runs, or has run and not yet reported; null for nothing.</summary>
    public Grant? Current => grant;

    /// <summary>The slot asks for work, and again until it is granted some.</summary>
    public void RequestWork()
    {
        surroundings.Start(SlotTimer.Ask);
        if (!surroundings.IsDraining) surroundings.Send(new WorkRequest { Slot = slot, Number = request });
    }

    /// <summary>The master has granted an attempt.</summary>
    public void OnGrant(Grant granted, DateTimeOffset now)
    {
        // A grant for an earlier request is left to its lease: the slot may have been given other work since.
        if (!epochs.Admit(granted.Epoch) || granted.Request != request) return;
        if (grant is not null)
        {
            // The report is a request as well, and another job may answer that before the report itself is answered.
            if (report is not null) next = granted;
            return;
        }
        grant = granted;
        request++;
        heard = now;
        idleRounds = 0;
        surroundings.Cancel(SlotTimer.Ask);
        surroundings.Start(SlotTimer.Renew);
        surroundings.Run(granted);
    }

    /// <summary>The attempt is not needed any more.</summary>
    public void OnRevoke(Revoke revoke)
    {
        if (!epochs.Admit(revoke.Epoch)) return;
        if (IsCurrent(revoke.Job, revoke.Attempt)) surroundings.Stop();
        if (next is not null && next.Job == revoke.Job && next.Attempt.Equals(revoke.Attempt)) next = null;
    }

    /// <summary>The master says whether the lease is in force.</summary>
    public void OnRenewed(Renewed renewed, DateTimeOffset now)
    {
        if (!epochs.Admit(renewed.Epoch) || !IsCurrent(renewed.Job, renewed.Attempt)) return;
        heard = now;
        if (!renewed.Held) surroundings.Stop();
    }

    /// <summary>The attempt is over, one way or another.</summary>
    /// <param name="result">Its report; null where it was stopped.</param>
    public void OnEnded(Report? result)
    {
        surroundings.Cancel(SlotTimer.Renew);
        if (result is null)
        {
            grant = null;
            RequestWork();
            return;
        }
        report = result.CalculateSize() <= MostBytes ? result : TooLarge(result);
        report.Slot = slot;
        surroundings.Start(SlotTimer.Report);
        Send(report);
    }

    /// <summary>The master has heard the report.</summary>
    public void OnReported(Reported reported, DateTimeOffset now)
    {
        if (!epochs.Admit(reported.Epoch) || report is null || !IsCurrent(reported.Job, reported.Attempt)) return;
        if (reported.Stale)
        {
            Send(report);
            return;
        }
        surroundings.Cancel(SlotTimer.Report);
        report = null;
        grant = null;
        var granted = next;
        next = null;
        surroundings.Start(SlotTimer.Ask);
        if (granted is not null) OnGrant(granted, now);
    }

    /// <summary>There is a new master: it learns at once of what is done and what is wanted.</summary>
    public void OnEpoch(long epoch, DateTimeOffset now)
    {
        if (!epochs.Admit(epoch)) return;
        heard = now;
        if (report is not null) Send(report);
        else if (grant is null) RequestWork();
        else OnTimer(SlotTimer.Renew, now);
    }

    /// <summary>A timer that the slot has started.</summary>
    public void OnTimer(SlotTimer timer, DateTimeOffset now)
    {
        switch (timer)
        {
            case SlotTimer.Ask when grant is null:
                // Nobody has had work for a while: the job whose code the executor has loaded is most likely over.
                if (++idleRounds == IdleRounds) surroundings.EndExecutor();
                RequestWork();
                break;
            case SlotTimer.Renew when grant is not null:
                if (now - heard > solitude) surroundings.StopAlone(grant);
                else surroundings.Send(new Renewal { Slot = slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = epochs.Highest, Bytes = surroundings.Bytes });
                break;
            case SlotTimer.Report when report is not null:
                Send(report);
                break;
        }
    }

    /// <summary>A report that no message can carry would be lost on its way, and the attempt with it, for no reason that anybody could see.</summary>
    private static Report TooLarge(Report result) => new()
    {
        Job = result.Job,
        Attempt = result.Attempt,
        Failed = new Protocol.Work.Failure
        {
            Kind = FailureKind.Definition,
            Message = $"Telling of what the attempt made ({result.Made?.Parts.Count ?? 0} files) takes {result.CalculateSize() >> 10} KiB, and may take {MostBytes >> 10}. Let the job write fewer outputs, or count fewer things.",
        },
    };

    private void Send(Report made)
    {
        // What is under way already must not change with it.
        var message = made.Clone();
        message.Epoch = epochs.Highest;
        message.NextRequest = surroundings.IsDraining ? 0 : request;
        surroundings.Send(message);
    }

    private bool IsCurrent(string job, Attempt attempt) => grant is not null && grant.Job == job && grant.Attempt.Equals(attempt);
}

/// <summary>What a slot can do.</summary>
public interface ISlotSurroundings
{
    /// <summary>Whether the node takes no more work.</summary>
    bool IsDraining { get; }

    /// <summary>How many bytes the attempt has done.</summary>
    long Bytes { get; }

    /// <summary>Sends to the job master, wherever it is; the message may be lost.</summary>
    void Send(Google.Protobuf.IMessage message);

    /// <summary>Runs an attempt; <see cref="SlotProtocol.OnEnded"/> follows, sooner or later.</summary>
    void Run(Grant grant);

    /// <summary>Stops the attempt that runs, if one does.</summary>
    void Stop();

    /// <summary>Stops the attempt because no master has been heard of.</summary>
    void StopAlone(Grant grant);

    /// <summary>Ends the executor: it has nothing more to do for its job.</summary>
    void EndExecutor();

    /// <summary>Starts a timer, anew if it runs; <see cref="SlotTimer.Ask"/> rings once, the others until they are cancelled.</summary>
    void Start(SlotTimer timer);

    /// <summary>Cancels a timer.</summary>
    void Cancel(SlotTimer timer);
}

/// <summary>The timers of a slot.</summary>
public enum SlotTimer
{
    /// <summary>To ask for work again.</summary>
    Ask,

    /// <summary>To renew the lease.</summary>
    Renew,

    /// <summary>To report again.</summary>
    Report,
}
