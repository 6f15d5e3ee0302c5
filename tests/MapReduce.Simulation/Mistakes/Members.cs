using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Mistakes;

/// <summary>A job takes all nodes for lost as long as its master has not been told who is a member.</summary>
internal sealed class UnknownMembersLost : Surroundings
{
    public override bool MayBeMember => false;
}
