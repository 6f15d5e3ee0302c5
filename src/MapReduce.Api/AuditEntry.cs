namespace MapReduce.Api;

/// <summary>Somebody has changed something, or tried to.</summary>
public sealed record AuditEntry
{
    /// <summary>When it was over.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The node that was called.</summary>
    public required string Node { get; init; }

    /// <summary>Who called.</summary>
    public required string User { get; init; }

    /// <summary>The address from which.</summary>
    public required string Remote { get; init; }

    /// <summary>What was called, such as SubmitJob; <c>/openapi/v1.json</c> has the names of all operations.</summary>
    public required string Act { get; init; }

    /// <summary>The job that it was about, by its id, or by what the caller named it where there was none.</summary>
    public string? Job { get; init; }

    /// <summary>The node that it was about.</summary>
    public string? Target { get; init; }

    /// <summary>The digest of the package or the file that it was about.</summary>
    public string? Digest { get; init; }

    /// <summary><c>done</c>; the code of the error that the caller was answered with; <c>aborted</c> where the caller left before anything was changed; or <c>fault</c> where the node failed.</summary>
    public required string Result { get; init; }

    /// <summary>How many further calls of the user the node has refused since the last line of one, which have no lines of their own; null for none.</summary>
    public long? More { get; init; }
}

/// <summary>The latest of what callers have changed.</summary>
/// <param name="Entries">The entries, the last first.</param>
/// <param name="Missing">The addresses of nodes that did not answer, whose entries are not among these.</param>
public sealed record AuditList(IReadOnlyList<AuditEntry> Entries, IReadOnlyList<string> Missing);
