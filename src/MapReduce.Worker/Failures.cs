using MapReduce.Engine;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>An executor's reasons as the job master knows them.</summary>
internal static class Failures
{
    private const int NoSpace = 28;
    private const int LongestMessage = 16_000;

    public static FailureKind KindOf(Reason reason) => reason switch
    {
        Reason.UserCode => FailureKind.UserCode,
        Reason.InputChanged => FailureKind.InputChanged,
        Reason.BadInput => FailureKind.BadInput,
        Reason.TooManyBadRecords => FailureKind.TooManyBadRecords,
        Reason.Definition => FailureKind.Definition,
        Reason.NotDeterministic => FailureKind.NotDeterministic,
        Reason.OutOfMemory => FailureKind.OutOfMemory,
        Reason.DiskFull => FailureKind.DiskFull,
        Reason.CorruptData => FailureKind.CorruptData,
        Reason.BadOutput => FailureKind.BadOutput,
        _ => FailureKind.Storage,
    };

    public static bool IsDiskFull(Exception exception) => exception is EngineException { Error: EngineError.DiskFull } || (exception is IOException && (exception.HResult & 0xFFFF) is NoSpace or 0x70);

    /// <summary>A message that fits into an envelope.</summary>
    public static string Shorten(string message) => message.Length <= LongestMessage ? message : $"{message[..LongestMessage]} …";
}
