using System.Diagnostics.Metrics;
using MapReduce.Node.Configuration;
using MapReduce.Node.Http;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MapReduce.Node.Telemetry;

/// <summary>What a node lets others collect: metrics for Prometheus, and by OTLP what the settings say.</summary>
/// <remarks>
/// Metrics are collected from the first time on that somebody asks. Counters have counted from the start by themselves; histograms begin then.
/// </remarks>
internal sealed class NodeTelemetry : IDisposable
{
    private readonly Lock gate = new();
    private readonly NodeSettings settings;
    private readonly IServiceProvider services;
    private readonly HashSet<object> scopes;
    private readonly IDisposable? traces;
    private IDisposable? metrics;
    private RequestDelegate? scrape;
    private bool disposed;

    /// <param name="settings">The node's.</param>
    /// <param name="services">Those of its web server.</param>
    /// <param name="scopes">The scopes of the node's own meters.</param>
    public NodeTelemetry(NodeSettings settings, IServiceProvider services, params IEnumerable<object> scopes)
    {
        this.settings = settings;
        this.services = services;
        this.scopes = [.. scopes];
        if (services.GetService<IMeterFactory>() is { } factory) this.scopes.Add(factory);
        if (!settings.Telemetry.IsOn) return;
        if (settings.Telemetry.Traces) traces = ProcessTraces.Use(settings.Telemetry, settings.Name);
        if (settings.Telemetry.Metrics) Collect();
    }

    /// <summary>Serves the metrics.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", context => Collect() is { } serve ? serve(context) : Task.CompletedTask).Needs(Roles.View);

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            metrics?.Dispose();
            metrics = null;
            scrape = null;
        }
        traces?.Dispose();
    }

    private RequestDelegate? Collect()
    {
        lock (gate)
        {
            if (scrape is null && !disposed) (metrics, scrape) = Exporters.Metrics(settings.Telemetry, settings.Name, meter => meter.Scope is null || scopes.Contains(meter.Scope), services);
            return scrape;
        }
    }
}
