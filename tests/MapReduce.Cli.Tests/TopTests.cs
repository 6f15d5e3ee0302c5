using System.Diagnostics;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Cli.Top;
using Spectre.Console;
using Xunit;

namespace MapReduce.Cli.Tests;

[Collection(Cluster.Name)]
public sealed class TopTests(Cluster cluster)
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_screen_shows_health_nodes_jobs_and_rates_and_takes_names_as_text()
    {
        var before = View([Job("[red]evil\u001b[/]", 0)], null, Now);
        var text = Render(View([Job("[red]evil\u001b[/]", 10 << 20)], before, Now.AddSeconds(2)));
        foreach (var words in (string[])["node-2 is quarantined", "3 nodes, 1 of 6 slots busy, master node-1, epoch 7", "[red]evil·[/]", "map", "3/10", "5.0 MiB/s", "ended", "failed"])
            Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void A_job_whose_lost_attempt_takes_its_bytes_along_has_no_negative_rate()
        => Assert.Equal(0, ClusterView.RatesOf([Job("a", 5)], View([Job("a", 10)], null, Now), Now.AddSeconds(1)).Single().Value);

    [Fact]
    public async Task Once_shows_a_running_job_in_text_and_in_json()
    {
        var id = await cluster.SubmitAsync("Endless", cluster.Write("top-in", "x"));
        await cluster.EventAsync(id, @event => @event is { Event: "AttemptStarted", Attempt: "s0-m00000-a0" });
        var (code, output, error) = Cluster.Mr(["top", .. cluster.Connection]);
        Assert.True(code == 0, error);
        Assert.Contains(id[..8], output, StringComparison.Ordinal);
        Assert.Contains("node-3", output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Cluster.Mr(["top", "--json", .. cluster.Connection]).Output);
        Assert.Contains(json.RootElement.GetProperty("running").EnumerateArray(), job => job.GetProperty("id").GetString() == id);
        await cluster.Client.CancelAsync(id);
    }

    [ShellFact("script")]
    public async Task In_a_terminal_it_lives_until_q()
    {
        var command = $"stty cols 200 rows 50; dotnet {TestProgram.File} top {string.Join(' ', cluster.Connection)}";
        using var process = Process.Start(new ProcessStartInfo("script", ["-qefc", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["TERM"] = "xterm-256color" } })!;
        var seen = "";
        var buffer = new char[4096];
        while (!seen.Contains("q or Ctrl+C ends", StringComparison.Ordinal) && await process.StandardOutput.ReadAsync(buffer) is > 0 and var count) seen += new string(buffer, 0, count);
        Assert.Contains("node-2", seen, StringComparison.Ordinal);
        await process.StandardInput.WriteAsync('q');
        await process.StandardInput.FlushAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static string Render(ClusterView view)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 160;
        console.Write(TopScreen.Of(view, isLive: true));
        return writer.ToString();
    }

    private static ClusterView View(IReadOnlyList<JobDetails> running, ClusterView? before, DateTimeOffset now)
    {
        var nodes = new NodeList("node-1", 7, [.. Enumerable.Range(1, 3).Select(node => new NodeDetails($"node-{node}", "http://127.0.0.1:1/", "up", 2, node == 1 ? 1 : 0, false, node == 2, node == 1))]);
        return new ClusterView(now, nodes, 2, running, [new JobSummary("fedcba9876543210fedcba9876543210", "old", "failed", Now, Now.AddSeconds(3), 1)], ClusterView.RatesOf(running, before, now));
    }

    private static JobDetails Job(string name, long bytes) => new JobEvents().Details with { Name = name, Phase = "running", InputBytes = bytes, Stages = [new StageDetails(true, 10, 3, 2, 0)], Submitted = Now };
}
