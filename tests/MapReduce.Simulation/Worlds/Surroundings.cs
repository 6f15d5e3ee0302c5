using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Simulation.Worlds;

/// <summary>What surrounds the product's code, as it ought to be. Tests plant mistakes by surroundings that are not: the product has no switches for them.</summary>
internal class Surroundings
{
    /// <summary>A message as it comes to a slot; null where it does not.</summary>
    public virtual IMessage? ToSlot(IMessage message, Life life) => message;

    /// <summary>A message as it comes to the master; null where it does not.</summary>
    public virtual IMessage? ToMaster(IMessage message) => message;

    /// <summary>A message as it comes to a job.</summary>
    public virtual IMessage ToJob(IMessage message, JobState state) => message;

    /// <summary>Events as they come to who watches.</summary>
    public virtual EventsAnswer ToWatcher(EventsAnswer answer) => answer;

    /// <summary>Changes of the cluster as they come to who watches.</summary>
    public virtual ChangesAnswer ToWatcher(ChangesAnswer answer) => answer;

    /// <summary>A record of the master's journal as a new master reads it.</summary>
    public virtual MasterRecord Recovered(MasterRecord record) => record;

    /// <summary>Whether the journal refuses a write.</summary>
    public virtual bool IsRefused(int after, int known) => after != known;

    /// <summary>Whether a job acts before its events are written.</summary>
    public virtual bool ActsBeforeWritten => false;

    /// <summary>Whether a job publishes as soon as it wants to decide.</summary>
    public virtual bool PublishesBeforeDecided => false;

    /// <summary>Whether what is staged is removed when a job has come to nothing.</summary>
    public virtual bool Discards => true;

    /// <summary>Whether parts are looked at before the commit is decided.</summary>
    public virtual bool ChecksParts => true;

    /// <summary>Whether a publication that finds the job's own output there takes that for success.</summary>
    public virtual bool PublishesAgain => true;

    /// <summary>Whether time passes for jobs.</summary>
    public virtual bool TicksJobs => true;

    /// <summary>Whether a node may be a member as long as a job has not been told who is.</summary>
    public virtual bool MayBeMember => true;

    /// <summary>The private path of a part.</summary>
    public virtual string PartPath(AttemptId attempt, int slot) => $"{attempt}-000";
}
