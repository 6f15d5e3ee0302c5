using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What a cluster of processes lets others collect.</summary>
public sealed partial class TelemetryTests
{
    [Fact]
    public async Task One_submission_is_one_tree_of_spans_and_its_metrics_and_logs_can_be_collected()
    {
        using var collector = new Collector();
        using var cluster = new RealCluster(3, [.. RealCluster.Calm, $"telemetry.otlp-endpoint = \"{collector.Address}\"", "telemetry.otlp-protocol = \"http/protobuf\"", "telemetry.metrics-interval = 500ms", "shuffle.short-circuit = off", "log { format = json, level = debug }"]);
        var text = cluster.Write("text", string.Concat(Enumerable.Range(0, 3000).Select(line => $"one two {line}\n")));
        var job = Submit(cluster, collector, text);
        var spread = await CheckTreeAsync(cluster, collector, job);

        Assert.Equal("failed", (await cluster.Client.WaitAsync(cluster.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Exiting", "--input", text, "--output", cluster["none"], "--attempts", "1"))).Phase);
        await CheckMetricsAsync(cluster, spread);
        await CheckLogsAsync(cluster, job);
        await RealCluster.UntilAsync(() => Task.FromResult(collector.Requests("/v1/metrics") > 3 && collector.Requests("/v1/logs") > 0));
        foreach (var node in cluster.Nodes.Values)
            Assert.All(RealCluster.ChildrenOf(node), executor => Assert.DoesNotContain("OpenTelemetry", MapsOf(executor), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_nobody_collects_from_does_not_even_load_OpenTelemetry()
    {
        using var cluster = new RealCluster(1);
        var process = cluster.Nodes.Values.Single();
        Assert.DoesNotContain("OpenTelemetry", await File.ReadAllTextAsync($"/proc/{process}/maps"), StringComparison.Ordinal);
        var node = await AddressAsync(cluster);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(node, "metrics"))).StatusCode);
        // The master tells its figures with its next tick.
        var scrape = await Scrape.ReadAsync(node, Token(cluster));
        while (!scrape.Samples.ContainsKey("mapreduce_master_epoch{}")) scrape = await Scrape.ReadAsync(node, Token(cluster));
        Assert.Equal((1, 1), (scrape.Samples["mapreduce_slots{}"], scrape.Samples["mapreduce_master_epoch{}"]));
        Assert.Contains("OpenTelemetry", await File.ReadAllTextAsync($"/proc/{process}/maps"), StringComparison.Ordinal);
    }

    /// <summary>Submits with the standard variables set, so that the command itself is traced.</summary>
    private static string Submit(RealCluster cluster, Collector collector, string text)
    {
        var start = new ProcessStartInfo("dotnet", [TestProgram.File, "submit", Mr.Job("WordCount"), "--cluster", cluster.State, "--json", "--input", text, "--output", cluster["out"], "--split", "8KiB", "--partitions", "3"])
        {
            RedirectStandardOutput = true,
            Environment = { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
        };
        using var process = Process.Start(start)!;
        using var details = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return details.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Tells whether several nodes had part in the work, as they have but on a busy machine: only then does one send to another.</summary>
    private static async Task<bool> CheckTreeAsync(RealCluster cluster, Collector collector, string job)
    {
        // Each node exports what it has every few seconds.
        List<CollectedSpan> tree = [];
        var tasks = (await cluster.Client.TasksAsync(job)).Total;
        await RealCluster.UntilAsync(() =>
        {
            var root = collector.Spans.FirstOrDefault(span => span.Name == "mr submit");
            tree = [.. collector.Spans.Where(span => span.Trace == root?.Trace)];
            return Task.FromResult(tree.Any(span => span.Name == "job") && tree.Count(span => span.Name.EndsWith(" attempt", StringComparison.Ordinal)) >= tasks && tree.Where(span => span.Parent.Length > 0).All(span => tree.Exists(other => other.Id == span.Parent)));
        });
        Assert.Equal("mr submit", Assert.Single(tree, span => span.Parent.Length == 0).Name);
        var byId = tree.ToDictionary(span => span.Id);
        Assert.Equal(["mr submit", "submit job", "accept job", "job", "map attempt", "run map task"], PathTo(tree.First(span => span.Name == "run map task")));
        Assert.Equal(["mr submit", "submit job", "accept job", "job", "plan attempt", "run plan task"], PathTo(Assert.Single(tree, span => span.Name == "run plan task")));
        var sent = tree.Where(span => span.Name == "send segments").ToList();
        Assert.All(sent, span => Assert.Equal(["mr submit", "submit job", "accept job", "job", "reduce attempt", "fetch map outputs", "fetch segments", "send segments"], PathTo(span)));
        Assert.All(sent, span => Assert.NotEqual(span.Instance, byId[span.Parent].Instance));
        var spread = tree.Where(span => span.Name is "map attempt" or "reduce attempt").Select(span => span.Instance).Distinct().Count() > 1;
        if (spread) Assert.NotEmpty(sent);
        Assert.True(tree.Count(span => span.Name == "run reduce task") >= 3);
        Assert.All(tree.Where(span => span.Name.StartsWith("run ", StringComparison.Ordinal)), span => Assert.InRange(span.Start, byId[span.Parent].Start, byId[span.Parent].End));
        Assert.True(tree.Select(span => span.Attributes.GetValueOrDefault("mapreduce.attempt")).OfType<string>().Distinct().Count() >= tasks);
        Assert.All(tree.Where(span => span.Attributes.ContainsKey("mapreduce.job")), span => Assert.Equal(job, span.Attributes["mapreduce.job"]));
        return spread;

        IEnumerable<string> PathTo(CollectedSpan span) => span.Parent.Length == 0 ? [span.Name] : PathTo(byId[span.Parent]).Append(span.Name);
    }

    /// <summary>Each metric that the dashboard and the alert rules name is there, and counts.</summary>
    private static async Task CheckMetricsAsync(RealCluster cluster, bool spread)
    {
        var scrapes = new List<Scrape>();
        foreach (var node in (await cluster.Client.NodesAsync()).Nodes) scrapes.Add(await Scrape.ReadAsync(new Uri(node.Http), Token(cluster)));
        var names = scrapes.SelectMany(scrape => scrape.Names).ToHashSet();
        foreach (var file in (string[])["dashboard.json", "alerts.yaml"])
        {
            var used = MetricName().Matches(File.ReadAllText(Path.Combine(Mr.Root, "deploy", "grafana", file))).Select(match => match.Value).Distinct().ToList();
            Assert.True(used.Count > 5);
            Assert.Empty(used.Except(names));
        }
        Assert.Equal(2, Sum("mapreduce_jobs_submitted_total{}"));
        Assert.Equal(3000, Sum("mapreduce_input_records_total{}"));
        Assert.Equal(1, Sum("mapreduce_attempts_failed_total{kind=\"map\",reason=\"ExecutorExited\"}"));
        Assert.Equal(3, Sum("mapreduce_attempts_succeeded_total{kind=\"reduce\"}"));
        if (spread) Assert.True(Sum("mapreduce_shuffle_fetched_bytes_total{}") > 0);
        Assert.Equal(Sum("mapreduce_shuffle_fetched_bytes_total{}"), Sum("mapreduce_shuffle_sent_bytes_total{}"));
        Assert.Equal(1, scrapes.Count(scrape => scrape.Samples.ContainsKey("mapreduce_master_epoch{}")));

        double Sum(string sample) => scrapes.Sum(scrape => scrape.Samples.GetValueOrDefault(sample));
    }

    private static async Task CheckLogsAsync(RealCluster cluster, string job)
    {
        await LoggedAsync(line => line.GetProperty("Category").GetString() == "MapReduce.Master.JobMaster" && Field(line, "Job") == job && Field(line, "Phase") == "succeeded");
        await LoggedAsync(line => line.GetProperty("Category").GetString() == "MapReduce.Worker.SlotWorker" && Field(line, "Job") == job && Field(line, "Task") == "s0-r00001" && Field(line, "Attempt") == "s0-r00001-a0");
        await LoggedAsync(line => line.GetProperty("LogLevel").GetString() == "Warning" && Field(line, "Reason") == "ExecutorExited" && Field(line, "Task")?.Contains("-m", StringComparison.Ordinal) == true);

        // A log is written a little later than what it tells of, and its last line may be half written.
        Task LoggedAsync(Predicate<JsonElement> wanted) => RealCluster.UntilAsync(() => Task.FromResult(
            cluster.Nodes.Keys.SelectMany(node => cluster.LogOf(node).Split('\n')[..^1]).Where(line => line.StartsWith('{')).Any(line => wanted(JsonDocument.Parse(line).RootElement))));
    }

    /// <summary>What a process has loaded; nothing where it has ended meanwhile.</summary>
    private static string MapsOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/maps");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string? Field(JsonElement line, string name) => line.GetProperty("State").TryGetProperty(name, out var value) ? value.ToString() : null;

    private static string Token(RealCluster cluster) => File.ReadAllText(Path.Combine(cluster.State, "token"));

    private static async Task<Uri> AddressAsync(RealCluster cluster) => new((await cluster.Client.NodesAsync()).Nodes.Single().Http);

    [GeneratedRegex("\\b(mapreduce|dotnet|http_server)_[a-z_]+\\b")]
    private static partial Regex MetricName();
}
