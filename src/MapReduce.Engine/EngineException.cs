namespace MapReduce.Engine;

/// <summary>The kinds of failure of a task or a plan.</summary>
public enum EngineError
{
    /// <summary>Code of the job threw.</summary>
    UserCode,

    /// <summary>An input was changed, shortened or removed after the job was planned.</summary>
    InputChanged,

    /// <summary>An input cannot be decoded: truncated or damaged compression, a record of the wrong length.</summary>
    BadInput,

    /// <summary>More bad records than the job may skip.</summary>
    TooManyBadRecords,

    /// <summary>Intermediate data cannot be read back as it was written.</summary>
    CorruptData,

    /// <summary>A disk has no room left.</summary>
    DiskFull,

    /// <summary>A file cannot be read or written for another reason.</summary>
    Storage,

    /// <summary>The job's definition gives another plan than before.</summary>
    NotDeterministic,

    /// <summary>The definition contradicts itself.</summary>
    Definition,

    /// <summary>A place that the job writes to is not as the job needs it.</summary>
    BadOutput,
}

/// <summary>A task or a plan failed for a reason that a user can act on: the message names what, where and what to do.</summary>
public sealed class EngineException(EngineError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public EngineError Error { get; } = error;

    /// <summary>The file of intermediate data or output that is damaged, missing, or has no room; null where it is none.</summary>
    public string? File { get; init; }
}
