namespace MapReduce.Protocol.Execution;

/// <summary>What an executor writes between the lines of its attempts.</summary>
public static class LogMarks
{
    /// <summary>Ends what belongs to an attempt, on standard output and on standard error. Zero characters do not occur in text that people read.</summary>
    public const string AttemptEnds = "\u0000mr-attempt-ends\u0000";
}
