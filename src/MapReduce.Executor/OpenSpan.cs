using System.Diagnostics;
using MapReduce.Protocol.Execution;

namespace MapReduce.Executor;

/// <summary>Something that the executor does, for the node's trace. The executor itself sends nothing anywhere but to its node.</summary>
internal readonly struct OpenSpan(string name)
{
    private readonly DateTime start = TimeProvider.System.GetUtcNow().UtcDateTime;
    private readonly long begun = Stopwatch.GetTimestamp();

    public Span End() => new() { Name = name, Start = start.Ticks, Duration = Stopwatch.GetElapsedTime(begun).Ticks };
}
