using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>Where traces, metrics and logs go by OTLP, beside the endpoint that Prometheus reads.</summary>
public sealed record TelemetrySettings
{
    /// <summary>The standard variable for the address of a collector.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string OffVariable = "OTEL_SDK_DISABLED";

    /// <summary>The address of a collector; empty where the standard variables decide.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>grpc or http/protobuf; empty where the standard variables decide.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether spans are exported.</summary>
    public bool Traces { get; init; } = true;

    /// <summary>The share of submissions that are traced; 1 leaves it to the standard variables.</summary>
    public double TraceRatio { get; init; } = 1;

    /// <summary>Whether metrics are exported.</summary>
    public bool Metrics { get; init; } = true;

    /// <summary>How often.</summary>
    public TimeSpan MetricsInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether logs are exported.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>Whether anything is exported: where there is a collector.</summary>
    public bool IsOn => (Endpoint.Length > 0 || Variable(EndpointVariable).Length > 0) && !Variable(OffVariable).Equals("true", StringComparison.OrdinalIgnoreCase);

    internal static TelemetrySettings Read(Config config)
    {
        var settings = new TelemetrySettings
        {
            Endpoint = config.GetString("otlp-endpoint"),
            Protocol = config.GetString("otlp-protocol"),
            Traces = config.GetBoolean("traces"),
            TraceRatio = config.GetDouble("trace-ratio"),
            Metrics = config.GetBoolean("metrics"),
            MetricsInterval = config.GetTimeSpan("metrics-interval"),
            Logs = config.GetBoolean("logs"),
        };
        if (settings.Endpoint.Length > 0 && !(Uri.TryCreate(settings.Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new ConfigurationException($"mapreduce.telemetry.otlp-endpoint is '{settings.Endpoint}', which is no address. Write it as http://collector:4317.");
        if (settings.Protocol is not ("" or "grpc" or "http/protobuf")) throw new ConfigurationException($"mapreduce.telemetry.otlp-protocol is '{settings.Protocol}'. It may be grpc or http/protobuf.");
        if (settings.TraceRatio is not (>= 0 and <= 1)) throw new ConfigurationException($"mapreduce.telemetry.trace-ratio is {settings.TraceRatio}. It may be from 0 to 1.");
        return settings;
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
