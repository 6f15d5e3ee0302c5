namespace MapReduce.Cli;

/// <summary>Something that the user can mend; the message is one sentence and the next step.</summary>
internal sealed class UserException(ExitCode code, string message) : Exception(message)
{
    public ExitCode Code { get; } = code;
}
