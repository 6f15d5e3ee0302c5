using System.Text.Json;
using System.Text.RegularExpressions;
using MapReduce.Api;
using MapReduce.Node.Tests;
using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>What pages tell beside the main thing.</summary>
[Collection(DashboardFixture.Collection)]
public sealed class DetailsTests(DashboardFixture dashboard)
{
    /// <summary>How many pixels of a canvas have each of some colours of the page.</summary>
    private const string Pixels = """
        (canvas, looks) => {
          const pixels = context => new Uint32Array(context.getImageData(0, 0, context.canvas.width, context.canvas.height).data.buffer);
          const all = pixels(canvas.getContext('2d'));
          return looks.map(({ colour, opacity }) => {
            const brush = new OffscreenCanvas(1, 1).getContext('2d');
            brush.globalAlpha = opacity;
            brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${colour}`);
            brush.fillRect(0, 0, 1, 1);
            const [wanted] = pixels(brush);
            return all.filter(pixel => pixel === wanted).length;
          });
        }
        """;

    [BrowserFact]
    public async Task What_failed_was_tried_again_raced_and_lost_is_told_apart_in_the_timeline()
    {
        await using var visit = await dashboard.OpenAsync($"/jobs/{UnevenJob.Id}");
        await Assertions.Expect(visit.Page.Locator("section[aria-labelledby=timeline] .head .muted")).ToHaveTextAsync("14 attempts on 6 slots: 12 succeeded, 1 failed, 1 not needed");
        var canvas = visit.Page.Locator(".timeline canvas");
        await canvas.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        var said = visit.Page.Locator(".timeline [role=status]");
        var chosen = visit.Page.Locator(".chosen .badge");
        foreach (var (key, words, badges) in ((string, string, string[])[])
        [
            ("ArrowRight", "s0-m00000-a0: failed: ExecutorExited · node-1, slot 0 · 2.0 s", ["failed"]),
            ("ArrowDown", "s0-m00002-a0: succeeded · node-1, slot 1 · 3.0 s · read 1.00 MiB", ["succeeded"]),
            ("ArrowDown", "s0-m00001-a0: not needed · node-2, slot 0 · 10 s", ["not needed"]),
            ("ArrowDown", "s0-m00003-a0: succeeded · node-2, slot 1 · 4.0 s · read 1.00 MiB", ["succeeded"]),
            ("ArrowDown", "s0-m00000-a1: succeeded · node-3, slot 0 · 3.0 s · read 1.00 MiB", ["succeeded"]),
            ("ArrowDown", "s0-m00001-a1: succeeded · node-3, slot 1 · 3.0 s · beside another attempt · read 1.00 MiB", ["succeeded", "speculative"]),
        ])
        {
            await visit.Page.Keyboard.PressAsync(key);
            await Assertions.Expect(said).ToHaveTextAsync(words);
            await Assertions.Expect(chosen).ToHaveTextAsync(badges);
        }
        // What failed is red, what lost the race hollow, and attempts after the first bear ticks.
        Assert.All(await canvas.EvaluateAsync<int[]>(Pixels, new[] { new { colour = "bad", opacity = 1.0 }, new { colour = "map", opacity = 0.25 }, new { colour = "surface", opacity = 1.0 } }), count => Assert.True(count > 0));
        // The table has one row for each task, with the attempt that counts.
        await visit.Button("repeated").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("section[aria-labelledby=tasks] tbody tr")).ToHaveTextAsync([new Regex("^s0-m00000done2node-3"), new Regex("^s0-m00001done2node-3")]);
    }

    [BrowserFact]
    public async Task A_plan_of_two_stages_an_uneven_partition_spills_and_counters_are_told_by_their_values()
    {
        await using var visit = await dashboard.OpenAsync($"/jobs/{UnevenJob.Id}");
        var plan = visit.Page.Locator("svg.plan");
        await Assertions.Expect(plan).ToHaveAttributeAsync("aria-label", new Regex("Stage 1: sum: 4 map tasks, 4 reduce tasks; .*Stage 2: sort: 1 map task, 1 reduce task"));
        await Assertions.Expect(plan.Locator("path")).ToHaveCountAsync(3);
        await Assertions.Expect(plan.Locator("g.input, g.output")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator("section[aria-labelledby=partitions] .warned")).ToHaveTextAsync(new Regex("The largest, 2, has 9.* MiB: 9.0 times that, and 75.*That is uneven: look at the hottest keys."));
        await Assertions.Expect(visit.Page.Locator("dl.figures > div", new PageLocatorOptions { HasText = "Spilled" })).ToContainTextAsync(new Regex("3.* MiB *for want of memory"));
        await Assertions.Expect(visit.Page.Locator("section[aria-labelledby=counters] tr")).ToHaveTextAsync([new Regex("^orders1\\D?000$"), new Regex("^returns12$")]);
    }

    [BrowserFact]
    public async Task A_node_in_quarantine_says_so_and_until_when()
    {
        var status = await dashboard.Client.ClusterAsync();
        status = status with { Nodes = [.. status.Nodes.Select(node => node.Name == "node-2" ? node with { Quarantined = true, QuarantinedUntil = new DateTimeOffset(2031, 5, 4, 3, 2, 1, TimeSpan.Zero) } : node)] };
        var context = await dashboard.LogInAsync(new BrowserNewContextOptions());
        // The stream as a node would send it.
        await context.RouteAsync("**/v1/cluster/events*", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = $"event: cluster\nid: 1\ndata: {JsonSerializer.Serialize(status, ApiJson.Default.ClusterStatus)}\n\n" }));
        await using (var visit = await dashboard.OpenAsync("/nodes/node-2", context))
        {
            await Assertions.Expect(visit.Page.Locator(".head .badge.bad")).ToHaveTextAsync("quarantined");
            await Assertions.Expect(visit.Page.Locator(".callout.warn")).ToHaveTextAsync(new Regex("^It gets no work until .*2031.*, because attempts on it failed for reasons of its own"));
        }
        await using (var overview = await dashboard.OpenAsync("/", context))
            await Assertions.Expect(overview.Page.Locator("h1.health")).ToContainTextAsync("Degraded: 3 nodes, node-2 quarantined");
        await context.CloseAsync();
    }

    [AccessibilityTheory]
    [InlineData("Light")]
    [InlineData("Dark")]
    public async Task A_question_is_answered_by_keyboard_and_keeps_the_rules_in_the_colours_that_were_chosen(string theme)
    {
        var folder = dashboard.NewFolder();
        var id = await dashboard.Client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Endless", Name = $"endless in {theme}" });
        // The system has the other ones.
        var context = await dashboard.LogInAsync(new BrowserNewContextOptions { ColorScheme = theme == "Dark" ? ColorScheme.Light : ColorScheme.Dark });
        await using (var visit = await dashboard.OpenAsync($"/jobs/{id}", context))
        {
            await visit.Button("Cancel…").WaitForAsync();
            var colours = visit.Page.Locator("#theme");
            while (await colours.TextContentAsync() != theme) await colours.ClickAsync();
            await visit.Button("Cancel…").FocusAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
            await visit.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
            Assert.Empty(await Axe.ViolationsAsync(visit.Page));
            await visit.Page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            Assert.Empty(await Axe.ViolationsAsync(visit.Page));
            await AnswerAsync(visit, "Cancel…", "Cancel the job");
            await Assertions.Expect(visit.Page.Locator(".head .badge").First).ToHaveTextAsync("cancelled");
        }
        await context.CloseAsync();
        Assert.Equal("cancelled", (await dashboard.Client.WaitAsync(id)).Phase);
    }

    [BrowserFact]
    public async Task The_overview_goes_on_by_itself_when_the_connection_is_back()
    {
        using var relay = new Relay(new Uri(dashboard.Address).Port);
        var context = await dashboard.Browser.NewContextAsync();
        await using (var visit = await dashboard.OpenAsync($"/login?ticket={dashboard.NewTicket()}", context, relay.Address))
        {
            visit.AllowLostConnections();
            await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Live");
            relay.Cut();
            await Assertions.Expect(visit.Page.Locator("#lost")).ToContainTextAsync("The connection is lost.");
            var input = Path.Combine(dashboard.NewFolder(), "missing.txt");
            await dashboard.Client.WaitAsync(await dashboard.Client.SubmitAsync("MapReduce.TestJobs", dashboard.NewFolder(), request => request with { JobClass = "Talking", Inputs = [input], Name = "meanwhile" }));
            relay.Mend();
            await Assertions.Expect(visit.Page.Locator("#lost")).ToBeHiddenAsync();
            await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Live");
            await Assertions.Expect(visit.Page.Locator(".failures a", new PageLocatorOptions { HasText = "meanwhile" })).ToBeVisibleAsync();
        }
        await context.CloseAsync();
    }

    [BrowserFact]
    public async Task Who_is_not_signed_in_gets_a_page_without_errors_and_in_by_the_token()
    {
        var stranger = await dashboard.Browser.NewContextAsync();
        await using (var visit = await dashboard.OpenAsync("/", stranger))
        {
            // The page itself comes with 401, which browsers note.
            visit.AllowRefusals();
            await visit.SeesAsync("this command prints a link");
            await visit.Page.Locator("input[name=token]").FillAsync(dashboard.Cluster.Token);
            await visit.Page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(visit.Page.Locator("h1.health")).ToContainTextAsync("nodes");
        }
        await stranger.CloseAsync();
    }

    /// <summary>Opens a question and answers it, with keys only.</summary>
    internal static async Task AnswerAsync(Visit visit, string question, string answer)
    {
        await visit.Button(question).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.WaitForAsync();
        var button = dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = answer, Exact = true });
        for (var key = 0; key < 5 && !await button.EvaluateAsync<bool>("button => button === document.activeElement"); key++) await visit.Page.Keyboard.PressAsync("Tab");
        await visit.Page.Keyboard.PressAsync("Enter");
    }
}
