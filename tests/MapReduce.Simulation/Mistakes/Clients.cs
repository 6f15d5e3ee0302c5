using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Mistakes;

/// <summary>A master that takes over has no tokens of clients.</summary>
internal sealed class TokenForgotten : Surroundings
{
    public override MasterRecord Recovered(MasterRecord record)
    {
        if (record.JobAccepted is not null) record.JobAccepted.Spec.ClientToken = "";
        return record;
    }
}

/// <summary>A change of the cluster is not told to who watches.</summary>
internal sealed class ChangeDropped : Surroundings
{
    public override ChangesAnswer ToWatcher(ChangesAnswer answer)
    {
        if (answer.Changes.Count < 2) return answer;
        var shorter = answer.Clone();
        shorter.Changes.RemoveAt(0);
        return shorter;
    }
}

/// <summary>Who asks for changes that are compacted goes on after them, and is not told.</summary>
internal sealed class CompactionHidden : Surroundings
{
    public override ChangesAnswer ToWatcher(ChangesAnswer answer) => answer.Compacted ? new ChangesAnswer { From = answer.From, To = answer.Oldest } : answer;
}

/// <summary>Now and then the first of several events is not told.</summary>
internal sealed class EventDropped : Surroundings
{
    private int answers;

    public override EventsAnswer ToWatcher(EventsAnswer answer)
    {
        if (answer.Events.Count < 2 || ++answers % 3 != 0) return answer;
        var shorter = answer.Clone();
        shorter.Events.RemoveAt(0);
        return shorter;
    }
}
