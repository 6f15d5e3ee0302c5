using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace MapReduce.Node.Telemetry;

/// <summary>Where the actors of a system log.</summary>
/// <param name="loggers">The node's loggers.</param>
internal sealed class LogSetup(ILoggerFactory loggers) : Setup
{
    public ILoggerFactory Loggers { get; } = loggers;
}

/// <summary>Passes what actors log to the node's loggers: each class under its own name, and the values that a message names as fields of their own.</summary>
internal sealed class AkkaLog : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const string Template = "{OriginalFormat}";

    private readonly ConcurrentDictionary<Type, ILogger> loggers = [];
    private readonly ILoggerFactory factory = Context.System.Settings.Setup.Get<LogSetup>().Value.Loggers;

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent entry:
                Log(entry);
                return true;
            default:
                return false;
        }
    }

    private void Log(LogEvent entry)
    {
        var logger = loggers.GetOrAdd(entry.LogClass, type => factory.CreateLogger(type.FullName ?? type.Name));
        var level = LevelOf(entry.LogLevel());
        if (!logger.IsEnabled(level)) return;
        var state = new Fields(entry.Message?.ToString() ?? "");
        if (entry.TryGetProperties(out var properties) && properties is not null) state.AddRange(properties.Select(property => new KeyValuePair<string, object?>(property.Key, property.Value)));
        state.Add(new("Source", entry.LogSource));
        state.Add(new(Template, entry.GetTemplate()));
        logger.Log(level, default, state, entry.Cause, static (fields, _) => fields.ToString());
    }

    /// <summary>What a message names, and the message itself.</summary>
    private sealed class Fields(string message) : List<KeyValuePair<string, object?>>
    {
        public override string ToString() => message;
    }

    private static Level LevelOf(AkkaLevel level) => level switch
    {
        AkkaLevel.DebugLevel => Level.Debug,
        AkkaLevel.InfoLevel => Level.Information,
        AkkaLevel.WarningLevel => Level.Warning,
        _ => Level.Error,
    };
}
