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
