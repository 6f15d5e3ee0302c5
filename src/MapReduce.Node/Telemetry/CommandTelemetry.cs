using System.Diagnostics;
using MapReduce.Node.Configuration;
using MapReduce.Protocol.Telemetry;

namespace MapReduce.Node.Telemetry;

/// <summary>The span of a command that submits a job, where the standard variables name a collector. It continues the trace of <c>TRACEPARENT</c>, if that is set.</summary>
public sealed class CommandTelemetry : IDisposable
{
    private readonly IDisposable exporter;
    private readonly Activity? span;

    private CommandTelemetry(string command)
    {
        exporter = ProcessTraces.Use(new TelemetrySettings(), Environment.MachineName);
        span = Tracing.Begin(command, ActivityKind.Internal, Environment.GetEnvironmentVariable("TRACEPARENT"));
    }

    /// <summary>Begins; null where there is no collector.</summary>
    /// <param name="command">Such as <c>mr submit</c>.</param>
    public static CommandTelemetry? Begin(string command) => new TelemetrySettings().IsOn ? new CommandTelemetry(command) : null;

    /// <summary>Ends the span and sends it.</summary>
    public void Dispose()
    {
        span?.Dispose();
        exporter.Dispose();
    }
}
