using System.Diagnostics;

namespace MapReduce.Protocol.Telemetry;

/// <summary>The spans of a job, across processes. Where nobody listens, none is made and nothing is paid.</summary>
/// <remarks>A context travels as W3C <c>traceparent</c>: in a job's spec, in a grant, and as a header between nodes. Empty: the job is not traced.</remarks>
public static class Tracing
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "MapReduce";

    /// <summary>The header and field of a context.</summary>
    public const string Header = "traceparent";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a span with a parent in another process, or none where there is no parent.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="kind">Its side of a conversation.</param>
    /// <param name="parent">The parent's context; empty or null for none.</param>
    public static Activity? Continue(string name, ActivityKind kind, string? parent)
        => Source.HasListeners() && ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? Source.StartActivity(name, kind, context) : null;

    /// <summary>As <see cref="Continue"/>; without a parent a new tree begins.</summary>
    public static Activity? Begin(string name, ActivityKind kind, string? parent) => Continue(name, kind, parent) ?? Source.StartActivity(name, kind, default(ActivityContext));

    /// <summary>Starts a span in the one of this flow of control, if that has one.</summary>
    public static Activity? Child(string name, ActivityKind kind = ActivityKind.Internal) => Activity.Current?.Source == Source ? Source.StartActivity(name, kind) : null;

    /// <summary>Records what has been done already, in the span of this flow of control, if that has one.</summary>
    public static void Record(string name, DateTimeOffset start, TimeSpan duration)
    {
        if (Activity.Current is not { } parent || parent.Source != Source) return;
        using var past = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: start);
        past?.SetEndTime((start + duration).UtcDateTime);
        Activity.Current = parent;
    }

    /// <summary>A span's context, as it travels; empty for none.</summary>
    public static string ContextOf(Activity? span) => span?.Id ?? "";

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(this Activity? span, string reason, string message)
    {
        span?.SetStatus(ActivityStatusCode.Error, message);
        span?.SetTag("error.type", reason);
    }
}
