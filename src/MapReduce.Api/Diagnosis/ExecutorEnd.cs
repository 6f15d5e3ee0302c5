using System.Globalization;
using System.Text.RegularExpressions;

namespace MapReduce.Api;

/// <summary>Explains why an executor, the process that runs the code of a job, ended.</summary>
internal static partial class ExecutorEnd
{
    private const int Abort = 6;
    private const int Kill = 9;

    public static Finding Of(JobEventDetails failure, NodeStates nodes)
    {
        var message = failure.Message ?? "";
        var end = EndPattern().Match(message);
        var number = end.Success ? int.Parse(end.Groups["number"].Value, CultureInfo.InvariantCulture) : 0;
        var signal = end.Groups["how"].Value == "signal" ? number : 0;
        if (message.Contains("Stack overflow", StringComparison.Ordinal))
            return Make(FindingKind.StackOverflow, "The job's code filled the stack, which no process survives.", "Look for a method that calls itself without end; the log names it. Deep recursion needs a loop and a stack of its own.");
        if (message.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) || message.Contains("OutOfMemoryException", StringComparison.Ordinal))
            return Make(FindingKind.OutOfMemory, "The executor ran out of memory.", "Keep less in memory, or allow more with --memory-limit where the machines have it.");
        if (signal == Kill)
            return Make(FindingKind.OutOfMemory, "The system killed the executor, as it does when memory runs out.", "See the system's log (dmesg). Give the node fewer slots or the job a lower --memory-limit, so that what is killed is told apart.");
        if (message.Contains("Unhandled exception", StringComparison.Ordinal))
            return Make(FindingKind.Crash, "An exception on a thread of the job's own ended the process.", "Catch exceptions on threads that the job starts; only those on the task's own thread can be reported.");
        if (signal != 0)
            return Make(FindingKind.Crash, $"The process crashed with signal {signal}{(signal == Abort ? ", which it sends itself when it cannot go on" : "")}.", "Suspect native libraries and unsafe code of the job; the log has what the runtime wrote.");
        return Make(FindingKind.Exit, $"The job's code ended the process: Environment.Exit({number}), or something like it.", "Let the code throw an exception instead: it is reported with the record, and others of the job's tasks live on.");

        Finding Make(string kind, string sentence, string advice) => Explanation.Make(kind, failure, nodes, sentence, advice);
    }

    [GeneratedRegex(@"ended with (?<how>signal|code) (?<number>\d+)")]
    private static partial Regex EndPattern();
}
