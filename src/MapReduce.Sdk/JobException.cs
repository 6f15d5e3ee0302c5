namespace MapReduce.Sdk;

/// <summary>The kinds of mistake in the definition or the arguments of a job.</summary>
public enum JobError
{
    /// <summary>The job's own arguments could not be understood.</summary>
    Arguments,

    /// <summary>The user asked for the job's help; the message is the help text.</summary>
    HelpRequested,

    /// <summary>The definition contradicts itself or lacks something.</summary>
    Definition,
}

/// <summary>A job cannot be defined as asked. The message names what is wrong and what to do.</summary>
public sealed class JobException(JobError error, string message) : Exception(message)
{
    /// <summary>The kind of mistake.</summary>
    public JobError Error { get; } = error;
}
