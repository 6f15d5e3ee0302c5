using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

/// <summary>The journals of jobs: for reading events that are not kept in memory, and for removing what nobody wants to know any more.</summary>
public interface IJobHistory
{
    /// <summary>The events of a job after a revision, in order.</summary>
    /// <param name="job">The job.</param>
    /// <param name="from">The last revision that is not wanted.</param>
    /// <param name="most">How many at most.</param>
    Task<IReadOnlyList<EventRecord>> ReadAsync(JobId job, long from, int most);

    /// <summary>The first records of the job master's own journal from a number on, with their numbers, in order.</summary>
    /// <param name="from">The first number that is wanted.</param>
    /// <param name="most">How many at most.</param>
    Task<IReadOnlyList<(long Revision, MasterRecord Record)>> ReadMasterAsync(long from, int most);

    /// <summary>Removes the journal of a job that has ended, with its snapshots, so that nothing of it is left. What is removed in part is the beginning of a journal.</summary>
    /// <param name="job">The job, of which no process may be there.</param>
    Task RemoveAsync(JobId job);
}
