using MapReduce.Protocol;

namespace MapReduce.Coordination;

//   Running ──every part prepared, and whole──▶ Committing ──published──▶ Succeeded
//      │  │                                         │
//      │  └──cancelled──▶ Cancelled                 └──cannot be published──▶ Failed
//      └──a task or the job fails──▶ Failed

/// <summary>Where a job stands; see the picture at the top of this file.</summary>
public abstract record JobPhase
{
    private JobPhase()
    {
    }

    /// <summary>Whether the job has ended.</summary>
    public bool IsEnd => this is Succeeded or Failed or Cancelled;

    /// <summary>Tasks run.</summary>
    public sealed record Running : JobPhase;

    /// <summary>The commit is decided; the output is being published, as often as it takes.</summary>
    public sealed record Committing(Epoch DecidedIn) : JobPhase;

    /// <summary>The output is there.</summary>
    public sealed record Succeeded : JobPhase;

    /// <summary>The job failed.</summary>
    /// <param name="Task">The task whose failure was the first cause; null where it was none.</param>
    /// <param name="Failure">The first cause.</param>
    public sealed record Failed(TaskId? Task, Failure Failure) : JobPhase;

    /// <summary>A user cancelled the job.</summary>
    public sealed record Cancelled : JobPhase;
}
