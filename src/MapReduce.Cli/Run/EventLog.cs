using System.Text.Json;
using MapReduce.Coordination;

namespace MapReduce.Cli.Run;

/// <summary>Appends events to a file as they happen.</summary>
internal sealed class EventLog : IDisposable
{
    private readonly FileStream file;

    private EventLog(FileStream file) => this.file = file;

    /// <summary>Opens the file at <paramref name="path"/>, or begins it.</summary>
    /// <exception cref="UserException">It cannot be written.</exception>
    public static EventLog Open(string path)
    {
        try
        {
            return new EventLog(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException(ExitCode.Output, $"'{path}' cannot be written: {exception.Message} Choose another place for --events.");
        }
    }

    public void Write(JobEvent @event)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Output.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("event", @event.GetType().Name);
            json.WriteString("at", @event.At);
            if (Attempt(@event) is { } attempt) json.WriteString("attempt", attempt);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        file.Flush();
    }

    public void Dispose() => file.Dispose();

    private static string? Attempt(JobEvent @event) => @event switch
    {
        JobEvent.AttemptStarted started => started.Attempt.ToString(),
        JobEvent.AttemptSucceeded succeeded => succeeded.Attempt.ToString(),
        JobEvent.AttemptFailed failed => failed.Attempt.ToString(),
        JobEvent.AttemptRevoked revoked => revoked.Attempt.ToString(),
        JobEvent.StagePlanned planned => planned.Attempt.ToString(),
        JobEvent.MapOutputLost lost => lost.Attempt.ToString(),
        JobEvent.PartDamaged damaged => damaged.Attempt.ToString(),
        JobEvent.DatasetDamaged damaged => damaged.Attempt.ToString(),
        _ => null,
    };
}
