namespace MapReduce.Api;

/// <summary>The attempts of a job, in the order in which they began, as columns with one entry an attempt: a job may have very many.</summary>
public sealed record AttemptTable
{
    /// <summary>How many attempts there are.</summary>
    public required int Total { get; init; }

    /// <summary>How many of them are passed over.</summary>
    public required int From { get; init; }

    /// <summary>The revision of the job at which this was so: its later events tell what has changed since.</summary>
    public required long Revision { get; init; }

    /// <summary>When the job began.</summary>
    public required DateTimeOffset Base { get; init; }

    /// <summary>The names of nodes.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The stages, from 0.</summary>
    public required IReadOnlyList<int> Stage { get; init; }

    /// <summary>0 for planning, 1 for a map task, 2 for a reduce task.</summary>
    public required IReadOnlyList<int> Kind { get; init; }

    /// <summary>The number of the task among those of its kind in the stage.</summary>
    public required IReadOnlyList<int> Index { get; init; }

    /// <summary>The number of the attempt at the task.</summary>
    public required IReadOnlyList<int> Number { get; init; }

    /// <summary>The node, as an index in <see cref="Nodes"/>.</summary>
    public required IReadOnlyList<int> Node { get; init; }

    /// <summary>The number of the slot in the cluster; -1 where that is not known.</summary>
    public required IReadOnlyList<int> Slot { get; init; }

    /// <summary>When each began, in milliseconds after <see cref="Base"/>.</summary>
    public required IReadOnlyList<long> Started { get; init; }

    /// <summary>How long each took, in milliseconds; 0 while it runs.</summary>
    public required IReadOnlyList<long> Took { get; init; }

    /// <summary>0 while it runs; 1 succeeded, 2 failed, 3 lost with its node, 4 not needed any more, 5 succeeded but its output was lost.</summary>
    public required IReadOnlyList<int> Outcome { get; init; }

    /// <summary>Of a failure, the kind of reason as an index in <see cref="Reasons"/>; 0 for none.</summary>
    public required IReadOnlyList<int> Reason { get; init; }

    /// <summary>The kinds of reasons, by number.</summary>
    public required IReadOnlyDictionary<int, string> Reasons { get; init; }

    /// <summary>Bytes read, by attempts that count; of a reduce task that is the size of its partition.</summary>
    public required IReadOnlyList<long> Read { get; init; }

    /// <summary>Bytes made, likewise: for the shuffle, or for outputs and datasets.</summary>
    public required IReadOnlyList<long> Written { get; init; }

    /// <summary>Bytes written to temporary files for want of memory, likewise.</summary>
    public required IReadOnlyList<long> Spilled { get; init; }

    /// <summary>Rows written to outputs and datasets, likewise.</summary>
    public required IReadOnlyList<long> Rows { get; init; }
}

/// <summary>Failures of a job's attempts, first the earliest.</summary>
/// <param name="Total">How many are kept with all that is known of them; there may have been more.</param>
/// <param name="Failures">Those of this page.</param>
public sealed record FailureList(int Total, IReadOnlyList<AttemptFailureDetails> Failures);

/// <summary>A failure of an attempt.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Node">The node that ran it.</param>
/// <param name="At">When it was known.</param>
/// <param name="Reason">The kind of reason, such as UserCode.</param>
/// <param name="Message">What a person should read.</param>
public sealed record AttemptFailureDetails(string Attempt, string Node, DateTimeOffset At, string Reason, string Message);
