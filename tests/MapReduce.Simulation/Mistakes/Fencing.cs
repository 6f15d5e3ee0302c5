using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Mistakes;

/// <summary>The journal takes whatever comes, in the order in which it comes: two masters write the same stream.</summary>
internal sealed class JournalWithoutFence : Surroundings
{
    public override bool IsRefused(int after, int known) => false;
}

/// <summary>Nodes obey whoever speaks: a message of an old epoch is taken for one of the newest.</summary>
internal sealed class SlotWithoutFence : Surroundings
{
    public override IMessage? ToSlot(IMessage message, Life life)
    {
        if (message is not Grant grant || grant.Epoch >= life.Epochs.Highest) return message;
        var forged = grant.Clone();
        forged.Epoch = life.Epochs.Highest;
        return forged;
    }
}

/// <summary>A job takes a report of an earlier reign for one of its own.</summary>
internal sealed class StaleReportAccepted : Surroundings
{
    public override IMessage ToJob(IMessage message, JobState state)
    {
        if (message is not Report report || report.Epoch == state.Epoch.Value) return message;
        var forged = report.Clone();
        forged.Epoch = state.Epoch.Value;
        return forged;
    }
}
