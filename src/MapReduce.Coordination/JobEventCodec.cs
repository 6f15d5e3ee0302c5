using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>An event cannot be read back; the message says why and what to do.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Turns the events of a job into the bytes of its journal and back; <c>journal.proto</c> has the format.</summary>
public static class JobEventCodec
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int Version = 1;

    /// <summary>The bytes of an event.</summary>
    public static byte[] Write(JobEvent @event) => ToRecord(@event).ToByteArray();

    /// <summary>An event as it is journalled.</summary>
    public static EventRecord ToRecord(JobEvent @event)
    {
        var record = new EventRecord { Version = Version, At = @event.At.UtcTicks };
        switch (@event)
        {
            case JobEvent.EpochClaimed claimed:
                record.EpochClaimed = new EpochClaimed { Epoch = claimed.Epoch.Value };
                break;
            case JobEvent.AttemptStarted started:
                record.AttemptStarted = new AttemptStarted { Attempt = Write(started.Attempt), Worker = Write(started.Worker), Deadline = started.Deadline.UtcTicks, Slot = started.Slot is { } slot ? slot + 1 : 0 };
                break;
            case JobEvent.StagePlanned planned:
                record.StagePlanned = new StagePlanned { Attempt = Write(planned.Attempt), PlanHash = planned.PlanHash, Maps = planned.Maps, Reduces = planned.Reduces };
                break;
            case JobEvent.AttemptSucceeded succeeded:
                record.AttemptSucceeded = new AttemptSucceeded { Attempt = Write(succeeded.Attempt), Worker = Write(succeeded.Worker), Counters = { succeeded.Counters }, SkippedRecords = succeeded.SkippedRecords, Made = succeeded.Made };
                break;
            case JobEvent.AttemptFailed failed:
                record.AttemptFailed = new AttemptFailed { Attempt = Write(failed.Attempt), Worker = Write(failed.Worker), Failure = Write(failed.Failure) };
                break;
            case JobEvent.AttemptRevoked revoked:
                record.AttemptRevoked = new AttemptRevoked { Attempt = Write(revoked.Attempt), Worker = Write(revoked.Worker) };
                break;
            case JobEvent.MapOutputLost lost:
                record.MapOutputLost = new MapOutputLost { Attempt = Write(lost.Attempt), Cause = lost.Cause };
                break;
            case JobEvent.JobDefined defined:
                record.JobDefined = new JobDefined { Definition = defined.Definition };
                break;
            case JobEvent.MapOutputFound found:
                record.MapOutputFound = new MapOutputFound { Attempt = Write(found.Attempt), Worker = Write(found.Worker) };
                break;
            case JobEvent.MapOutputDiffers differs:
                record.MapOutputDiffers = new MapOutputDiffers { Attempt = Write(differs.Attempt), Message = differs.Message };
                break;
            case JobEvent.PartDamaged damaged:
                record.PartDamaged = new PartDamaged { Attempt = Write(damaged.Attempt), Worker = Write(damaged.Worker), File = damaged.File, Cause = damaged.Cause };
                break;
            case JobEvent.DatasetDamaged damaged:
                record.DatasetDamaged = new DatasetDamaged { Attempt = Write(damaged.Attempt), Worker = Write(damaged.Worker), File = damaged.File, Cause = damaged.Cause };
                break;
            case JobEvent.CommitDecided decided:
                record.CommitDecided = new CommitDecided { Epoch = decided.Epoch.Value };
                break;
            case JobEvent.JobPublished:
                record.JobPublished = new JobPublished();
                break;
            case JobEvent.JobFailed failed:
                record.JobFailed = new JobFailed { Task = failed.Task is { } task ? Write(task) : null, Failure = Write(failed.Failure) };
                break;
            case JobEvent.JobCancelled:
                record.JobCancelled = new JobCancelled();
                break;
            default:
                throw new InvalidOperationException($"An event of the unknown kind {@event.GetType().Name} cannot be written.");
        }
        return record;
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="JournalException">The bytes are damaged, or a newer program wrote them.</exception>
    public static JobEvent Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return FromRecord(EventRecord.Parser.ParseFrom(bytes.Span));
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Damaged(exception.Message, exception);
        }
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="JournalException">The record is damaged, or a newer program wrote it.</exception>
    public static JobEvent FromRecord(EventRecord record)
    {
        if (record.Version > Version) throw Newer($"format version {record.Version}, and this program reads up to {Version}");
        try
        {
            return Read(record, Time(record.At));
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw Damaged(exception.Message, exception);
        }
    }

    private static JobEvent Read(EventRecord record, DateTimeOffset at)
    {
        switch (record.EventCase)
        {
            case EventRecord.EventOneofCase.EpochClaimed:
                return new JobEvent.EpochClaimed(at, new Epoch(record.EpochClaimed.Epoch));
            case EventRecord.EventOneofCase.AttemptStarted:
                var started = record.AttemptStarted;
                return new JobEvent.AttemptStarted(at, Read(started.Attempt), Read(started.Worker), Time(started.Deadline), started.Slot > 0 ? started.Slot - 1 : null);
            case EventRecord.EventOneofCase.StagePlanned:
                var planned = record.StagePlanned;
                return new JobEvent.StagePlanned(at, Read(planned.Attempt), planned.PlanHash, planned.Maps, planned.Reduces);
            case EventRecord.EventOneofCase.AttemptSucceeded:
                var succeeded = record.AttemptSucceeded;
                return new JobEvent.AttemptSucceeded(at, Read(succeeded.Attempt), Read(succeeded.Worker), [.. succeeded.Counters], succeeded.SkippedRecords, succeeded.Made);
            case EventRecord.EventOneofCase.AttemptFailed:
                var failed = record.AttemptFailed;
                return new JobEvent.AttemptFailed(at, Read(failed.Attempt), Read(failed.Worker), Read(failed.Failure));
            case EventRecord.EventOneofCase.AttemptRevoked:
                return new JobEvent.AttemptRevoked(at, Read(record.AttemptRevoked.Attempt), Read(record.AttemptRevoked.Worker));
            case EventRecord.EventOneofCase.MapOutputLost:
                return new JobEvent.MapOutputLost(at, Read(record.MapOutputLost.Attempt), record.MapOutputLost.Cause);
            case EventRecord.EventOneofCase.JobDefined:
                return new JobEvent.JobDefined(at, Present(record.JobDefined.Definition));
            case EventRecord.EventOneofCase.MapOutputFound:
                return new JobEvent.MapOutputFound(at, Read(record.MapOutputFound.Attempt), Read(record.MapOutputFound.Worker));
            case EventRecord.EventOneofCase.MapOutputDiffers:
                return new JobEvent.MapOutputDiffers(at, Read(record.MapOutputDiffers.Attempt), record.MapOutputDiffers.Message);
            case EventRecord.EventOneofCase.PartDamaged:
                var damaged = record.PartDamaged;
                return new JobEvent.PartDamaged(at, Read(damaged.Attempt), Read(damaged.Worker), damaged.File, damaged.Cause);
            case EventRecord.EventOneofCase.DatasetDamaged:
                var dataset = record.DatasetDamaged;
                return new JobEvent.DatasetDamaged(at, Read(dataset.Attempt), Read(dataset.Worker), dataset.File, dataset.Cause);
            case EventRecord.EventOneofCase.CommitDecided:
                return new JobEvent.CommitDecided(at, new Epoch(record.CommitDecided.Epoch));
            case EventRecord.EventOneofCase.JobPublished:
                return new JobEvent.JobPublished(at);
            case EventRecord.EventOneofCase.JobFailed:
                return new JobEvent.JobFailed(at, record.JobFailed.Task is { } task ? Read(task) : null, Read(record.JobFailed.Failure));
            case EventRecord.EventOneofCase.JobCancelled:
                return new JobEvent.JobCancelled(at);
            default:
                throw Newer("an event of a kind that this program does not know");
        }
    }

    internal static JournalException Newer(string what) => new($"The journal holds {what}. A newer version of the program has written it: run that version, or a newer one.");

    private static JournalException Damaged(string how, Exception? inner = null) => new($"An event of the journal is damaged: {how} Restore the journal from a copy.", inner);

    internal static T Present<T>(T? part) where T : class => part ?? throw Damaged($"it lacks its {typeof(T).Name}.");

    internal static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    internal static TaskRef Write(TaskId task) => new() { Stage = task.Stage, Kind = (int)task.Kind, Index = task.Index };

    internal static TaskId Read(TaskRef? task) => new(Present(task).Stage, (TaskKind)task!.Kind, task.Index);

    private static Attempt Write(AttemptId attempt) => new() { Task = Write(attempt.Task), Number = attempt.Number };

    private static AttemptId Read(Attempt? attempt) => new(Read(Present(attempt).Task), attempt!.Number);

    internal static Worker Write(WorkerId worker) => new() { Node = worker.Node, Incarnation = worker.Incarnation };

    internal static WorkerId Read(Worker? worker) => new(Present(worker).Node, worker!.Incarnation);

    private static Protocol.Journal.Failure Write(Failure failure) => new() { Reason = (int)failure.Reason, Message = failure.Message };

    private static Failure Read(Protocol.Journal.Failure? failure) => new((FailureReason)Present(failure).Reason, failure!.Message);
}
