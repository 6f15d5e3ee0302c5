using Akka.Hosting;
using MapReduce.Node.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MapReduce.Node.Telemetry;

/// <summary>One log for everything in a node, the actors' included: on standard output as text or JSON, and to a collector where there is one.</summary>
internal static class NodeLogging
{
    public static void Add(ILoggingBuilder logging, NodeSettings settings)
    {
        logging.SetMinimumLevel(settings.Log.Level);
        // What others tell of themselves is for those who look for faults.
        if (settings.Log.Level == LogLevel.Information)
            foreach (var others in (string[])["Microsoft", "Akka"]) logging.AddFilter(others, LogLevel.Warning);
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (settings.Log.Json) logging.AddJsonConsole(options =>
        {
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        else logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.ColorBehavior = LoggerColorBehavior.Disabled;
            options.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
        });
        if (settings.Telemetry.IsOn && settings.Telemetry.Logs) Exporters.Logs(logging, settings.Telemetry, settings.Name);
    }

    /// <summary>Lets actors log there as well.</summary>
    public static void Route(AkkaConfigurationBuilder akka, NodeSettings settings, IServiceProvider services) => akka.AddSetup(new LogSetup(services.GetRequiredService<ILoggerFactory>())).ConfigureLoggers(loggers =>
    {
        loggers.LogLevel = settings.Log.Level switch
        {
            LogLevel.Debug => Akka.Event.LogLevel.DebugLevel,
            LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
            LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
            _ => Akka.Event.LogLevel.ErrorLevel,
        };
        loggers.ClearLoggers();
        loggers.AddLogger<AkkaLog>();
    });
}
