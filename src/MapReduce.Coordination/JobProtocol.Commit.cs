namespace MapReduce.Coordination;

public sealed partial class JobProtocol<TSlot>
{
    // What is written of the decision about the output. The state runs ahead of that, and must not be acted on.
    private CommitDuty written;
    private bool hasEnded;

    // What is being carried out.
    private CommitDuty carrying;

    // Whether what gathers waits for the check of the parts, so that the last success and the decision are one write.
    private bool waitsForCheck;

    /// <summary>What is to be carried out. A check changes nothing and tells nobody, so that it follows from the state in memory.</summary>
    private CommitDuty Due => written is CommitDuty.Publish or CommitDuty.Discard ? written
        : !hasEnded && CommitProtocol.Outstanding(state) == CommitDuty.Check ? CommitDuty.Check
        : CommitDuty.None;

    /// <summary>The parts have been looked at.</summary>
    /// <param name="damaged">Those that are not as their tasks left them.</param>
    /// <param name="now">The time.</param>
    public void OnChecked(IReadOnlyList<DamagedPart> damaged, DateTimeOffset now)
    {
        carrying = CommitDuty.None;
        waitsForCheck = false;
        if (state.Phase is not JobPhase.Running)
        {
            // The job was cancelled meanwhile.
            CarryOut();
            return;
        }
        if (damaged.Count == 0)
        {
            Decide(new JobCommand.ConfirmParts(state.Epoch), now);
            return;
        }
        Decide(new JobCommand.ReportDamage(state.Epoch, damaged), now);
        // Nodes may have gone with map outputs that nobody needed any more, and that are needed again.
        OnMembers(isMember, now);
    }

    /// <summary>What was carried out about the output has ended.</summary>
    /// <param name="end">How.</param>
    /// <param name="message">Why not, where it was refused.</param>
    /// <param name="now">The time.</param>
    public void OnCarriedOut(CarryingOut end, string message, DateTimeOffset now)
    {
        var duty = carrying;
        carrying = CommitDuty.None;
        waitsForCheck = false;
        switch (end)
        {
            case CarryingOut.Done or CarryingOut.Refused when duty == CommitDuty.Discard:
                End();
                break;
            case CarryingOut.Done:
                Decide(new JobCommand.ConfirmPublished(state.Epoch), now);
                break;
            case CarryingOut.Refused when duty != CommitDuty.Check || state.Phase is JobPhase.Running:
                Decide(new JobCommand.RefusePublish(state.Epoch, message), now);
                break;
            case CarryingOut.Refused:
                CarryOut();
                break;
            default:
                surroundings.RetryLater();
                break;
        }
        Flush();
    }

    /// <summary>Carries out what is decided about the output, as often as it takes.</summary>
    public void CarryOut()
    {
        var duty = Due;
        if (duty == CommitDuty.None)
        {
            if (hasEnded) End();
            return;
        }
        if (carrying != CommitDuty.None || IsOver) return;
        carrying = duty;
        surroundings.CarryOut(duty);
    }

    /// <summary>Checks the parts as soon as all are there.</summary>
    /// <returns>Whether that has begun.</returns>
    private bool BeginCheck()
    {
        if (!reigns || carrying != CommitDuty.None || Due != CommitDuty.Check) return false;
        carrying = CommitDuty.Check;
        surroundings.CarryOut(CommitDuty.Check);
        // Where there is nothing to look at it has ended already.
        return carrying == CommitDuty.Check;
    }

    /// <summary>A check that takes long, because the storage is slow or away, holds up nothing.</summary>
    private void Release()
    {
        waitsForCheck = false;
        Flush();
    }

    private void End()
    {
        if (IsOver) return;
        IsOver = true;
        surroundings.Over();
    }
}
