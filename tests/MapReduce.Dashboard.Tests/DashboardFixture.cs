using System.Security.Cryptography;
using MapReduce.Api;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>One cluster with a past, and one browser that is logged in, for all tests.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    /// <summary>The name of the tests that share it.</summary>
    public const string Collection = "dashboard";

    private const string Settings = """
        mapreduce.worker.slots = 2
        mapreduce.job.attempts = 2
        mapreduce.master.speculation-minimum = 10m
        """;

    private IPlaywright? playwright;

    public string Folder { get; } = Directory.CreateTempSubdirectory("mapreduce-dashboard-").FullName;

    public MiniCluster Cluster { get; private set; } = null!;

    public MapReduceClient Client { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    internal IBrowserContext Context { get; private set; } = null!;

    /// <summary>The address of a node, without the stroke at its end.</summary>
    public string Address => Cluster.Nodes.Values.First().Settings.HttpAddress.TrimEnd('/');

    public async Task InitializeAsync()
    {
        if (Tests.Browser.Missing is not null) return;
        Assertions.SetDefaultExpectTimeout(Patience.Milliseconds);
        var folder = Path.Combine(Folder, "cluster");
        await PastJob.WriteAsync(PastSettings(folder), DateTimeOffset.UtcNow.AddDays(-7));
        Cluster = await MiniCluster.StartAsync(3, folder, Settings + TestProgram.Settings);
        Client = Cluster.Connect(Patience.Limit);
        (playwright, Browser) = await Tests.Browser.LaunchAsync();
        Context = await LogInAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        playwright?.Dispose();
        Client?.Dispose();
        if (Cluster is not null) await Cluster.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A browser of its own that has followed a link with a ticket.</summary>
    public async Task<IBrowserContext> LogInAsync(BrowserNewContextOptions options)
    {
        var context = await Browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience.Milliseconds);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{Address}/login?ticket={NewTicket()}");
        await page.CloseAsync();
        return context;
    }

    /// <summary>A ticket as mr makes it.</summary>
    public string NewTicket() => new BrowserSessions(Cluster.Token, TimeProvider.System).NewTicket();

    /// <summary>Opens a page; see <see cref="Visit"/>.</summary>
    internal Task<Visit> OpenAsync(string path, IBrowserContext? context = null, string? address = null) => Visit.OpenAsync(context ?? Context, (address ?? Address) + path);

    /// <summary>Starts all nodes anew.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        var names = Cluster.Nodes.Keys.Order(StringComparer.Ordinal).ToList();
        await Task.WhenAll(names.Select(Cluster.AbortAsync));
        foreach (var name in names) await Cluster.AddAsync(name);
        Client = Cluster.Connect(Patience.Limit);
    }

    /// <summary>A new folder.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(Folder, RandomNumberGenerator.GetHexString(8))).FullName;

    private static NodeSettings PastSettings(string folder)
    {
        Directory.CreateDirectory(folder);
        var token = Path.Combine(folder, "past-token");
        File.WriteAllText(token, "of no importance");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = past, port = 0, folder = "{{Path.Combine(folder, "past")}}" }
              http { port = 0, token-file = "{{token}}" }
              journal.connection = "Data Source={{Path.Combine(folder, "journal.db")}}"
            }
            akka.persistence.journal.sql { recovery-event-timeout = {{Patience.Limit.TotalSeconds}}s, circuit-breaker.call-timeout = {{Patience.Limit.TotalSeconds}}s }
            """, "past"), "past").WithFallback(NodeConfiguration.Local));
    }
}

/// <summary>All tests share the cluster.</summary>
[CollectionDefinition(DashboardFixture.Collection)]
public sealed class SharedDashboard : ICollectionFixture<DashboardFixture>;
