using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using MapReduce.Api;
using MapReduce.Master;
using MapReduce.Node.Configuration;
using MapReduce.Protocol.Telemetry;
using MapReduce.Worker.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MapReduce.Node.Telemetry;

/// <summary>All that touches OpenTelemetry. Its assemblies are loaded by the first call of one of these methods, and never where nobody collects anything.</summary>
internal static class Exporters
{
    private const string Service = "mapreduce";

    /// <summary>Of no use to an operator, and named against the rules of Prometheus.</summary>
    private static readonly string[] Unwanted = ["dotnet.assembly.count", "dotnet.timer.count", "dotnet.process.cpu.count"];

    /// <summary>Exports the spans of this process until it is disposed of, which sends what is left.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IDisposable Traces(TelemetrySettings settings, string instance)
    {
        var builder = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource(instance))
            .AddSource(Tracing.SourceName, MapReduceClient.TraceSource)
            .AddOtlpExporter(options => Point(options, settings, "v1/traces"));
        if (settings.TraceRatio < 1) builder.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)));
        return builder.Build();
    }

    /// <summary>Collects the metrics of a node.</summary>
    /// <param name="settings">Where they are exported to, beside Prometheus.</param>
    /// <param name="instance">The node's name.</param>
    /// <param name="isOurs">Whether a meter is of this node: a process may hold several.</param>
    /// <param name="services">Those of the web server.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static (IDisposable Provider, RequestDelegate Scrape) Metrics(TelemetrySettings settings, string instance, Func<Meter, bool> isOurs, IServiceProvider services)
    {
        var builder = OpenTelemetry.Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource(instance))
            .AddMeter(MasterMetrics.MeterName, WorkerMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddView(instrument => isOurs(instrument.Meter) && !Unwanted.Contains(instrument.Name) ? null : MetricStreamConfiguration.Drop)
            .AddPrometheusExporter(options => options.ScopeInfoEnabled = false);
        if (settings.IsOn && settings.Metrics) builder.AddOtlpExporter((options, reader) =>
        {
            Point(options, settings, "v1/metrics");
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.MetricsInterval.TotalMilliseconds;
        });
        var provider = builder.Build();
        var branch = new ApplicationBuilder(services);
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(provider, _ => true, null, null, null);
        return (provider, branch.Build());
    }

    /// <summary>Exports logs as well.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Logs(ILoggingBuilder logging, TelemetrySettings settings, string instance) => logging.AddOpenTelemetry(options =>
    {
        options.SetResourceBuilder(Resource(instance));
        options.IncludeFormattedMessage = true;
        options.IncludeScopes = true;
        options.AddOtlpExporter(exporter => Point(exporter, settings, "v1/logs"));
    });

    /// <summary>The standard variables OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.</summary>
    private static ResourceBuilder Resource(string instance) => ResourceBuilder.CreateEmpty()
        .AddService(Service, serviceVersion: typeof(Exporters).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, serviceInstanceId: instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void Point(OtlpExporterOptions options, TelemetrySettings settings, string path)
    {
        if (settings.Protocol.Length > 0) options.Protocol = settings.Protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (settings.Endpoint.Length == 0) return;
        // An address from the settings is that of the collector, as that of the variable is; the options take that of the signal.
        options.Endpoint = options.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri(new Uri(settings.Endpoint.TrimEnd('/') + "/"), path) : new Uri(settings.Endpoint);
    }
}
