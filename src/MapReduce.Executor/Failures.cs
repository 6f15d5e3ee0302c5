using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Protocol.Execution;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Executor;

/// <summary>Turns exceptions into typed reasons, so that the job master can treat each as it deserves.</summary>
internal static class Failures
{
    public static Failed Of(Exception exception) => exception switch
    {
        // User code that ran out of memory is wrapped by the engine, which names the record.
        EngineException { InnerException: OutOfMemoryException } => Make(Reason.OutOfMemory, exception.Message),
        EngineException engine => new Failed { Reason = Of(engine.Error), Message = exception.Message, File = engine.File ?? "" },
        JobException or LoadException => Make(Reason.Definition, exception.Message),
        StorageException => Make(Reason.BadInput, exception.Message),
        OperationCanceledException => Make(Reason.Cancelled, "The attempt was cancelled."),
        OutOfMemoryException => Make(Reason.OutOfMemory, $"The attempt needs more memory than it may have: {exception.Message}"),
        _ => Make(Reason.Unknown, $"The executor itself failed, which is a fault of it and not of the job: {exception}"),
    };

    private static Failed Make(Reason reason, string message) => new() { Reason = reason, Message = message };

    private static Reason Of(EngineError error) => error switch
    {
        EngineError.UserCode => Reason.UserCode,
        EngineError.InputChanged => Reason.InputChanged,
        EngineError.BadInput => Reason.BadInput,
        EngineError.TooManyBadRecords => Reason.TooManyBadRecords,
        EngineError.CorruptData => Reason.CorruptData,
        EngineError.DiskFull => Reason.DiskFull,
        EngineError.Storage => Reason.Storage,
        EngineError.NotDeterministic => Reason.NotDeterministic,
        EngineError.Definition => Reason.Definition,
        EngineError.BadOutput => Reason.BadOutput,
        _ => Reason.Unknown,
    };
}
