namespace MapReduce.Api;

/// <summary>Explains exceptions that code of the job threw.</summary>
internal static class UserCode
{
    public static Finding Of(JobEventDetails failure, JobStory story, NodeStates nodes)
    {
        var message = failure.Message ?? "";
        var text = FailureText.Read(message);
        if (FailureText.NamesMissingDependency(message)) return Explanation.Missing(failure, nodes);
        if (text.Exception is "PostgresException" or "NpgsqlException" || (text.Exception is null && FailureText.NamesDatabase(message))) return Explanation.Database(failure, nodes);
        var threw = text.Exception is null ? "failed" : $"threw {text.Exception}";
        var phase = text.Phase ?? (FailureText.IsOfDefinition(message) ? "planning" : PhaseOf(failure.Attempt));
        if (phase == "reduce")
            return Explanation.Make(FindingKind.ThrowingReducer, failure, nodes, $"The reducer {threw}{(text.Record is { } key ? $" at the key '{key}'" : "")}.", $"Mend the reducer. {Replay(failure)}");
        if (phase == "planning")
            return Explanation.Make(FindingKind.ThrowingDefinition, failure, nodes, $"The job's definition {threw}.", "Mend the definition; mr run shows the same on this machine.");
        if (IsPoison(failure, text, story))
            return Explanation.Make(FindingKind.PoisonRecord, failure, nodes, $"One record fails every attempt: the mapper {threw} {Where(text)}, and the records before it are well.",
                $"Mend the record, or let the mapper cope with it, or pass over such records with --skip-bad N. {Replay(failure)}");
        return Explanation.Make(FindingKind.ThrowingMapper, failure, nodes, $"The mapper {threw} {Where(text)}.", $"Mend the mapper{(text.Offset is null ? "" : ", or pass over such records with --skip-bad N")}. {Replay(failure)}");
    }

    /// <summary>Whether the record is to blame rather than the code: it failed more than once, and the code has been well with others.</summary>
    private static bool IsPoison(JobEventDetails failure, FailureText text, JobStory story)
    {
        if (text.File is null || text.Offset is not { } offset) return false;
        var task = JobStory.TaskOf(failure.Attempt ?? "");
        var failures = story.Failures.Where(other => other.Reason == "UserCode").Select(other => (Task: JobStory.TaskOf(other.Attempt!), Text: FailureText.Read(other.Message ?? ""))).ToList();
        var same = failures.Count(other => other.Text.File == text.File && other.Text.Offset == offset);
        var elsewhere = failures.Any(other => other.Task != task);
        var group = task.Length > 0 ? JobStory.GroupOf(task) : "";
        return same > 1 && !elsewhere && (offset > 0 || story.Runs.Any(run => run.IsOver && group.Length > 0 && run.Attempt.StartsWith(group, StringComparison.Ordinal)));
    }

    private static string PhaseOf(string? attempt) => attempt is null || attempt.Contains("-p", StringComparison.Ordinal) ? "planning" : attempt.Contains("-r", StringComparison.Ordinal) ? "reduce" : "map";

    private static string Where(FailureText text) => text switch
    {
        { File: { } file, Offset: { } offset } => $"at offset {offset} of '{file}'",
        { Offset: { } number } => $"at number {number} of the task",
        { Record: { } key } => $"at the key '{key}'",
        _ => "outside of any record",
    };

    private static string Replay(JobEventDetails failure) => failure.Attempt is { } attempt ? $"To see it in a debugger: mr job replay JOB {JobStory.TaskOf(attempt)} --debug." : "";
}
