namespace MapReduce.Confinement;

/// <summary>The two steps by which an executor is confined, as words of its command line; behind each stands <see cref="WithNetwork"/> or <see cref="WithoutNetwork"/>.</summary>
public static class ExecutorSteps
{
    /// <summary>It reads its <see cref="Openings"/> from standard input, confines itself to them, and begins again with the other step.</summary>
    public const string Confine = "confine";

    /// <summary>It serves its node, and makes no system calls then that a job does not need.</summary>
    public const string Seal = "seal";

    /// <summary>The code of jobs may use the network.</summary>
    public const string WithNetwork = "network";

    /// <summary>It may not.</summary>
    public const string WithoutNetwork = "no-network";
}
