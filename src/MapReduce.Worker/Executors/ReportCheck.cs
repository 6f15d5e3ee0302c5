using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Worker.Executors;

/// <summary>Looks at what an executor says before anything follows from it: the code of the job runs there, and can say whatever it likes.</summary>
/// <remarks>What the code of a job forges of its own data is its own affair. It is not to reach the files of others, nor the memory of the node and the master.</remarks>
internal static class ReportCheck
{
    /// <summary>Looks at the answer to the opening of a job.</summary>
    /// <exception cref="ExecutorException">It makes no sense.</exception>
    public static void Answer(FromExecutor answer)
    {
        if (answer.MessageCase == FromExecutor.MessageOneofCase.Failed) return;
        if (answer.MessageCase != FromExecutor.MessageOneofCase.Opened) throw Nonsense($"it answers '{answer.MessageCase}' where the job was to be opened");
        if (Soundness.Flaw(answer.Opened) is { } flaw) throw Nonsense($"the definition of the job cannot be, because {flaw}");
        if (answer.Opened.Stores.Any(store => store.Participant == FilesParticipant.Files)) throw Nonsense("it takes files for a store");
    }

    /// <summary>Looks at the result of an attempt.</summary>
    /// <param name="run">What the executor was told to do.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="definition">What the job has said of itself.</param>
    /// <param name="result">What the executor says.</param>
    /// <exception cref="ExecutorException">It makes no sense.</exception>
    public static void Result(Run run, AttemptId attempt, Opened definition, FromExecutor result)
    {
        switch (run.TaskCase, result.MessageCase)
        {
            case (_, FromExecutor.MessageOneofCase.Failed):
                break;
            case (Run.TaskOneofCase.Plan, FromExecutor.MessageOneofCase.Planned):
                CheckAttempt(run, result.Planned.Attempt);
                break;
            case (Run.TaskOneofCase.Map, FromExecutor.MessageOneofCase.Mapped):
                CheckAttempt(run, result.Mapped.Attempt);
                CheckMade(run.Folders, attempt, definition, result.Mapped.Products);
                break;
            case (Run.TaskOneofCase.Reduce, FromExecutor.MessageOneofCase.Reduced):
                CheckAttempt(run, result.Reduced.Attempt);
                CheckMade(run.Folders, attempt, definition, result.Reduced.Products);
                break;
            default:
                throw Nonsense($"it answers '{result.MessageCase}' to a task of the kind '{run.TaskCase}'");
        }
    }

    /// <summary>The plan that an attempt has made, as far as the node looks into it. How many tasks it has the bytes say, and not the executor.</summary>
    /// <exception cref="ExecutorException">It is none, or that of another stage.</exception>
    public static PlanShape Plan(Planned planned, int stage)
    {
        try
        {
            var plan = PlanShape.Read(planned.Plan.Memory);
            return plan.Stage == stage ? plan : throw Nonsense($"its plan is one of stage {plan.Stage}, and it was asked for that of stage {stage}");
        }
        catch (EngineException exception)
        {
            throw Nonsense(exception.Message.TrimEnd('.'));
        }
    }

    /// <summary>Whether the beginning and the end of a span are times that there are.</summary>
    public static bool IsOfAnyTime(Span span) => span.Start >= 0 && span.Duration >= 0 && span.Start <= DateTime.MaxValue.Ticks && span.Duration <= DateTime.MaxValue.Ticks - span.Start;

    /// <summary>What follows from what makes no sense: a failure of the job's code, because nobody else speaks for it.</summary>
    public static ExecutorException Nonsense(string what) => new(FailureKind.UserCode, $"What the executor says of the attempt makes no sense: {what}.");

    private static void CheckAttempt(Run run, Protocol.Execution.Attempt? answered)
    {
        if (!run.Attempt.Equals(answered)) throw Nonsense("it speaks of another attempt");
    }

    private static void CheckMade(Folders folders, AttemptId attempt, Opened definition, Products? made)
    {
        if (made?.Totals is not { } totals) throw Nonsense("it does not say what was read and written");
        // Counters themselves may go below nothing.
        if (totals.Counters.Count > definition.Counters.Count) throw Nonsense($"it tells of {totals.Counters.Count} counters, and the job has declared {definition.Counters.Count}");
        if (Least(totals) < 0 || made.Parts.Any(part => part.Length < 0 || part.Rows < 0) || made.Datasets.Any(file => file.Channel < 0 || file.Length < 0 || file.Rows < 0 || file.RawLength < 0)) throw Nonsense("it has read or written less than nothing");
        if (made.Parts.Any(part => part.Name.Length == 0 || part.Name.Any(char.IsControl))) throw Nonsense("the name of an output file is empty or has control characters");
        if (made.Parts.DistinctBy(part => part.Name, StringComparer.Ordinal).Count() < made.Parts.Count) throw Nonsense("two of its output files have the same name");
        if (!made.Parts.All(part => IsPart(folders, attempt, part.PrivatePath))) throw Nonsense("an output file is not where the attempt was to write it");
        if (!made.Datasets.All(file => IsDataset(folders, attempt, file.Path))) throw Nonsense("a file for later stages is not where the attempt was to write it");
        if (!made.Tickets.All(ticket => ticket.Participant != FilesParticipant.Files && definition.Stores.Any(store => store.Participant == ticket.Participant && store.Connection == ticket.Connection)))
            throw Nonsense("it has written to a store that the job does not name");
    }

    private static long Least(Totals totals)
        => ((long[])[totals.RecordsRead, totals.BytesRead, totals.ShuffleBytes, totals.SpilledBytes, totals.RowsWritten, totals.RecordsSkipped, totals.BytesWritten]).Min();

    /// <summary>As the engine names them: the attempt and a number.</summary>
    private static bool IsPart(Folders folders, AttemptId attempt, string path)
    {
        var prefix = $"{attempt}-";
        return IsDirectlyIn(folders.Staging, path, out var name) && name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _);
    }

    private static bool IsDataset(Folders folders, AttemptId attempt, string path)
        => IsDirectlyIn(folders.Shared, path, out var name) && !name.Any(char.IsControl) && DatasetFiles.MakerOf(name) == attempt.ToString();

    /// <summary>Written as the executor was told, without a way around.</summary>
    private static bool IsDirectlyIn(string folder, string path, out string name)
    {
        name = Path.GetFileName(path);
        return Path.Combine(folder, name) == path;
    }
}
