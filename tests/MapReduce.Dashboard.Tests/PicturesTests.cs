using MapReduce.Node.Tests;
using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>The pictures of the documentation. See docs/dashboard.md for how to take them anew.</summary>
[Collection(DashboardFixture.Collection)]
public sealed class PicturesTests(DashboardFixture dashboard)
{
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("MAPREDUCE_PICTURES") is { Length: > 0 } folder ? folder : null;

    // What a picture shows the other tests look at.
    [BrowserFact]
    [Trait("Category", "Check")]
    public async Task A_picture_of_each_page_can_be_taken()
    {
        var folder = Directory.CreateDirectory(Wanted ?? dashboard.NewFolder()).FullName;
        var jobs = await PrepareAsync();
        var schemes = ((ColorScheme Scheme, string Suffix)[])[(ColorScheme.Light, "light"), (ColorScheme.Dark, "dark")];
        foreach (var (scheme, suffix) in Wanted is null ? schemes.Take(1) : schemes)
        {
            var context = await dashboard.LogInAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 940 }, ColorScheme = scheme });
            await TakeAsync(context, "/", $"overview-{suffix}");
            await TakeAsync(context, "/jobs", $"jobs-{suffix}");
            await TakeAsync(context, $"/jobs/{jobs.Skewed}", $"job-{suffix}");
            await TakeAsync(context, $"/jobs/{jobs.Failed}", $"failed-job-{suffix}");
            await TakeAsync(context, $"/jobs/{PastJob.Id}", $"large-job-{suffix}");
            await TakeAsync(context, "/nodes", $"nodes-{suffix}");
            await TakeAsync(context, "/nodes/node-2", $"node-{suffix}");
            await context.CloseAsync();
        }
        var phone = await dashboard.LogInAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, IsMobile = true });
        await TakeAsync(phone, "/", "phone");
        await phone.CloseAsync();
        await File.WriteAllTextAsync(jobs.Gate, "");
        Assert.Equal(Wanted is null ? 8 : 15, Directory.GetFiles(folder, "*.png").Count(file => new FileInfo(file).Length > 10_000));

        async Task TakeAsync(IBrowserContext context, string path, string name)
        {
            await using var visit = await dashboard.OpenAsync(path, context);
            await visit.Page.Locator("main .card").First.WaitForAsync();
            await visit.Page.WaitForFunctionAsync("() => !document.querySelector('.timeline canvas') || document.querySelector('.timeline canvas').height > 40");
            await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
        }
    }

    /// <summary>Jobs as they are met in life: one that runs, one that has succeeded, an uneven one, and a failed one.</summary>
    private async Task<(string Skewed, string Failed, string Gate)> PrepareAsync()
    {
        var folder = dashboard.NewFolder();
        var client = dashboard.Client;
        // Pictures that are kept are of a cluster that has worked for a while.
        var rounds = Wanted is null ? 1 : 8;
        var text = Directory.CreateDirectory(Path.Combine(folder, "text")).FullName;
        for (var file = 0; file < rounds; file++)
            await File.WriteAllLinesAsync(Path.Combine(text, $"{file}.txt"), Enumerable.Range(0, 60_000).Select(line => $"the quick brown fox {line % 1009} jumps over the lazy dog {line % 13}"));
        for (var round = 0; round < rounds; round++)
            await client.WaitAsync(await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [text], Name = "words", SplitBytes = 250_000, Partitions = 6, Overwrite = true }));
        var skewed = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "HotKey", Name = "sessions", Output = Path.Combine(folder, "sessions"), Memory = 8 << 20 });
        await client.WaitAsync(skewed);
        var numbers = Path.Combine(folder, "readings.csv");
        await File.WriteAllTextAsync(numbers, "17\n4\n21 °C\n");
        var failed = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "ThrowingMapper", Name = "readings", Inputs = [numbers], Output = Path.Combine(folder, "readings") });
        await client.WaitAsync(failed);
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
        for (var file = 0; file < 40; file++) await File.WriteAllTextAsync(Path.Combine(texts, $"{file:00}.txt"), string.Join('\n', Enumerable.Repeat("some words", 2000).Select((line, number) => number == 0 && file is > 27 and < 32 ? "gate words" : line)));
        var running = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Gated", Name = "counting", Inputs = [texts], SplitBytes = 21_999, Partitions = 12, Output = Path.Combine(folder, "counting"), Arguments = ["--phase", "map", "--gate", gate] });
        using var patience = new CancellationTokenSource(Patience.Limit);
        var done = 0;
        await foreach (var @event in client.WatchAsync(running, cancellation: patience.Token))
            if (@event.Event == "AttemptSucceeded" && ++done == 36) break;
        return (skewed, failed, Path.Combine(gate, "open"));
    }
}
