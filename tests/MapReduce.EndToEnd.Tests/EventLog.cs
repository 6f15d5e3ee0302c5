using System.Text.Json;

namespace MapReduce.EndToEnd.Tests;

/// <summary>An event of a job as its log has it.</summary>
/// <param name="Event">The kind of event.</param>
/// <param name="Attempt">The attempt it is about; empty where it is about the job.</param>
internal sealed record LoggedEvent(string Event, string Attempt)
{
    /// <summary>The first letter of the task's kind: p, m or r; a blank where there is no task.</summary>
    public char Kind => Attempt.FirstOrDefault(c => c is 'p' or 'm' or 'r', ' ');
}

/// <summary>Reads the event log of a job, also while it is written.</summary>
internal static class EventLog
{
    public static IReadOnlyList<LoggedEvent> Read(string path)
    {
        if (!File.Exists(path)) return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        // The last line may be half written.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>Waits until the log shows what is wanted, or the process has ended.</summary>
    public static void WaitFor(string path, Mr mr, Func<IReadOnlyList<LoggedEvent>, bool> wanted)
    {
        while (!mr.HasExited && !wanted(Read(path))) Thread.Yield();
    }

    private static LoggedEvent Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        return new LoggedEvent(json.RootElement.GetProperty("event").GetString()!, json.RootElement.TryGetProperty("attempt", out var attempt) ? attempt.GetString()! : "");
    }
}
