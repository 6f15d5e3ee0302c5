using MapReduce.Coordination;
using MapReduce.Engine;

namespace MapReduce.Local;

/// <summary>The engine's errors and the brain's reasons are two views of one thing.</summary>
internal static class Errors
{
    private static readonly (EngineError Error, FailureReason Reason)[] Pairs =
    [
        (EngineError.UserCode, FailureReason.UserCode),
        (EngineError.InputChanged, FailureReason.InputChanged),
        (EngineError.BadInput, FailureReason.BadInput),
        (EngineError.TooManyBadRecords, FailureReason.TooManyBadRecords),
        (EngineError.CorruptData, FailureReason.CorruptData),
        (EngineError.DiskFull, FailureReason.DiskFull),
        (EngineError.Storage, FailureReason.Storage),
        (EngineError.NotDeterministic, FailureReason.NotDeterministic),
        (EngineError.Definition, FailureReason.Definition),
        (EngineError.BadOutput, FailureReason.BadOutput),
    ];

    public static FailureReason ReasonOf(EngineError error) => Pairs.First(pair => pair.Error == error).Reason;

    public static EngineError Of(FailureReason reason) => Pairs.FirstOrDefault(pair => pair.Reason == reason, (Error: EngineError.Storage, Reason: reason)).Error;
}
