namespace MapReduce.Cli;

/// <summary>What the program's exit codes mean; the README lists them.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>The job ran and failed, or a check found a fault.</summary>
    Failed = 1,

    /// <summary>The command line cannot be understood.</summary>
    Usage = 2,

    /// <summary>An input is not there or cannot be read.</summary>
    Input = 3,

    /// <summary>The output cannot be written: it exists, overlaps the input, or the disk is full.</summary>
    Output = 4,

    /// <summary>The job cannot be loaded, built or defined.</summary>
    Job = 5,

    /// <summary>There is no cluster, it does not answer, or a node cannot start or go on.</summary>
    Cluster = 6,

    /// <summary>Cancelled by the user.</summary>
    Cancelled = 130,
}
