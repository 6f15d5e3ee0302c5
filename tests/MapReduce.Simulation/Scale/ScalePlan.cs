namespace MapReduce.Simulation.Scale;

/// <summary>A large cluster and what it has to do.</summary>
/// <param name="Name">What the run is called.</param>
/// <param name="Nodes">The number of nodes.</param>
/// <param name="Slots">The slots of each.</param>
/// <param name="Jobs">The number of jobs, all there from the start.</param>
/// <param name="Maps">Map tasks of each.</param>
/// <param name="Reduces">Reduce tasks of each.</param>
/// <param name="Stragglers">The share of attempts that take eight times as long.</param>
/// <param name="LossPerHour">The share of nodes that are lost in an hour, with what they hold.</param>
internal sealed record ScalePlan(string Name, int Nodes, int Slots, int Jobs, int Maps, int Reduces, double Stragglers = 0, double LossPerHour = 0);

/// <summary>What a run has shown.</summary>
/// <param name="Plan">The run.</param>
/// <param name="Decisions">Attempts that were granted.</param>
/// <param name="Seconds">Processor time of the whole run: the master's code, what its events cost in the journal's format, and the simulated slots.</param>
/// <param name="Makespan">Simulated seconds until the last job was decided.</param>
/// <param name="Ideal">Simulated seconds if all slots worked all the time and nothing went wrong.</param>
/// <param name="MemoryOfTask">Bytes of the master's heap a task, at the end.</param>
/// <param name="JournalOfTask">Bytes of the journal a task.</param>
/// <param name="Done">For each twentieth of the makespan the share of tasks that are done.</param>
internal sealed record ScaleResult(ScalePlan Plan, long Decisions, double Seconds, double Makespan, double Ideal, double MemoryOfTask, double JournalOfTask, IReadOnlyList<double> Done)
{
    /// <summary>Tasks of all jobs.</summary>
    public long Tasks => (long)Plan.Jobs * (Plan.Maps + Plan.Reduces);

    public double Rate => Decisions / Seconds;
}
