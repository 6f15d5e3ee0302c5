using System.Diagnostics;
using MapReduce.Api;
using MapReduce.Node;
using MapReduce.Node.Tests;
using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>The dashboard in a real browser, over a real cluster.</summary>
[Collection(DashboardFixture.Collection)]
public sealed class DashboardTests(DashboardFixture dashboard)
{
    private const string Evil = "<img/src=x/onerror=document.title='taken'>";

    [BrowserFact]
    public async Task An_overview_says_how_the_cluster_is_in_one_sentence()
    {
        await using var visit = await dashboard.OpenAsync("/");
        await Assertions.Expect(visit.Page.Locator("h1.health")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^Healthy: 3 nodes, \d of 6 slots busy, master node-\d, epoch \d+$"));
        await visit.SeesAsync("Ended lately");
        await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Live");
    }

    [BrowserFact]
    public async Task Who_signs_out_is_asked_to_sign_in()
    {
        var context = await dashboard.LogInAsync(new BrowserNewContextOptions());
        await using (var visit = await dashboard.OpenAsync("/nodes", context))
        {
            await visit.Link("node-1").WaitForAsync();
            visit.AllowRefusals();
            await visit.Button("Sign out").ClickAsync();
            await visit.SeesAsync("this command prints a link");
        }
        await context.CloseAsync();
    }

    [BrowserFact]
    public async Task Colours_are_the_users_choice_and_stay()
    {
        var context = await dashboard.LogInAsync(new BrowserNewContextOptions { ColorScheme = ColorScheme.Light });
        await using (var visit = await dashboard.OpenAsync("/", context))
        {
            Assert.Equal("rgb(246, 246, 244)", await GroundAsync(visit));
            await visit.Page.Locator("#theme").ClickAsync();
            await visit.Page.Locator("#theme").ClickAsync();
            await visit.Page.ReloadAsync();
            Assert.Equal("rgb(19, 20, 23)", await GroundAsync(visit));
        }
        await context.CloseAsync();

        static Task<string> GroundAsync(Visit visit) => visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    [BrowserFact]
    public async Task An_empty_cluster_shows_a_first_command_to_copy()
    {
        await using var cluster = await MiniCluster.StartAsync(1, dashboard.NewFolder());
        var context = await dashboard.Browser.NewContextAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        var address = cluster.Nodes["node-1"].Settings.HttpAddress.TrimEnd('/');
        await using var visit = await dashboard.OpenAsync($"/login?ticket={new Node.Security.BrowserSessions(cluster.Token, TimeProvider.System).NewTicket()}", context, address);
        await visit.SeesAsync("Healthy: 1 node, 0 of 1 slots busy");
        await visit.Button("Copy: mr submit").ClickAsync();
        await visit.SeesAsync("Copied");
        Assert.StartsWith("mr submit jobs/WordCount", await visit.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_running_job_is_seen_to_move_without_a_reload()
    {
        var (id, gate) = await SubmitGatedAsync("counting", files: 6, gated: 2);
        await using var overview = await dashboard.OpenAsync("/");
        await overview.Link("counting").ClickAsync();
        var map = overview.Page.GetByRole(AriaRole.Progressbar, new PageGetByRoleOptions { NameRegex = new("^Map: ") });
        await Assertions.Expect(map).ToHaveAttributeAsync("aria-label", "Map: 4 of 6 tasks");
        await overview.SeesAsync("2 run");
        await Assertions.Expect(overview.Page.Locator("dl.figures > div", new PageLocatorOptions { HasText = "Took" })).ToContainTextAsync(new System.Text.RegularExpressions.Regex("about .+ left|under a second left"));
        await File.WriteAllTextAsync(Path.Combine(gate, "gate0"), "");
        await Assertions.Expect(map).ToHaveAttributeAsync("aria-label", "Map: 5 of 6 tasks");
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        await Assertions.Expect(overview.Page.Locator(".head .badge").First).ToHaveTextAsync("succeeded");
        await overview.SeesAsync("partitions of");
        await overview.SeesAsync("words");
        Assert.Equal("succeeded", (await dashboard.Client.WaitAsync(id)).Phase);
    }

    [BrowserFact]
    public async Task The_cause_of_a_failed_job_is_two_clicks_away()
    {
        var input = Path.Combine(dashboard.NewFolder(), "numbers.txt");
        await File.WriteAllTextAsync(input, "1\n2\nnot a number\n");
        var id = await SubmitAsync(request => request with { JobClass = "ThrowingMapper", Inputs = [input], Name = "adding" });
        Assert.Equal("failed", (await dashboard.Client.WaitAsync(id)).Phase);
        await using var visit = await dashboard.OpenAsync("/");
        await visit.Page.Locator(".failures a", new PageLocatorOptions { HasText = "adding" }).ClickAsync();
        await visit.SeesAsync("The job’s own code threw.");
        var cause = visit.Page.Locator(".callout .cause");
        await Assertions.Expect(cause).ToContainTextAsync("not a number");
        await Assertions.Expect(cause).ToContainTextAsync("numbers.txt");
        await Assertions.Expect(visit.Page.Locator(".group summary")).ToContainTextAsync("2 attempts");
        await visit.Button("Log of s0-m00000-a1").ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("The attempt wrote nothing");
    }

    [BrowserFact]
    public async Task A_log_opens_at_the_place_of_the_trouble()
    {
        var input = Path.Combine(dashboard.NewFolder(), "lines.txt");
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, 300).Select(line => line == 150 ? "a fatal line" : $"line {line}"));
        var id = await SubmitAsync(request => request with { JobClass = "Talking", Inputs = [input], Name = "talking" });
        await dashboard.Client.WaitAsync(id);
        await using var visit = await dashboard.OpenAsync($"/jobs/{id}");
        await visit.Button("Log of s0-m00000-a0").ClickAsync();
        var here = visit.Page.Locator(".log .here");
        await Assertions.Expect(here).ToHaveTextAsync("saw a fatal line");
        await Assertions.Expect(here).ToBeInViewportAsync();
    }

    [BrowserFact]
    public async Task A_job_is_cancelled_after_a_question()
    {
        var id = await SubmitAsync(request => request with { JobClass = "Endless", Name = "endless" });
        await using var visit = await dashboard.OpenAsync($"/jobs/{id}");
        await visit.Button("Cancel…").ClickAsync();
        await visit.Button("Cancel the job").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head .badge").First).ToHaveTextAsync("cancelled");
        await Assertions.Expect(visit.Button("Cancel…")).ToHaveCountAsync(0);
        Assert.Equal("cancelled", (await dashboard.Client.WaitAsync(id)).Phase);
    }

    [BrowserFact]
    public async Task A_node_is_drained_by_keyboard_and_its_page_says_so()
    {
        var node = await dashboard.Cluster.AddAsync("node-spare");
        await using (var visit = await dashboard.OpenAsync("/nodes"))
        {
            await visit.Link("node-spare").PressAsync("Enter");
            await visit.SeesAsync("Slots: 0 of 2 busy");
            await visit.SeesAsync("processors, the whole machine");
            await DetailsTests.AnswerAsync(visit, "Drain…", "Drain");
            await visit.SeesAsync("Nothing runs here any more.");
            await visit.SeesAsync("takes no more work");
            Assert.True((await dashboard.Client.NodesAsync()).Nodes.Single(other => other.Name == "node-spare").Draining);
        }
        await dashboard.Cluster.StopAsync("node-spare", TimeSpan.Zero);
        Assert.NotNull(node);
    }

    [BrowserFact]
    public async Task A_lost_connection_is_told_and_nothing_is_missing_when_it_is_back()
    {
        var (id, gate) = await SubmitGatedAsync("gated", files: 8, gated: 1);
        using var relay = new Relay(new Uri(dashboard.Address).Port);
        var context = await dashboard.Browser.NewContextAsync();
        await using var visit = await dashboard.OpenAsync($"/login?ticket={dashboard.NewTicket()}", context, relay.Address);
        visit.AllowLostConnections();
        await visit.Page.GotoAsync($"{relay.Address}/jobs/{id}");
        await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Live");
        await visit.SeesAsync("1 run");
        relay.Cut();
        await Assertions.Expect(visit.Page.Locator("#lost")).ToContainTextAsync("The connection is lost.");
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        var job = await dashboard.Client.WaitAsync(id);
        await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Not connected");
        relay.Mend();
        await Assertions.Expect(visit.Page.Locator("#lost")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Page.Locator(".head .badge").First).ToHaveTextAsync("succeeded");
        await visit.SeesAsync($"revision {job.Revision}");
        // A plan, eight map tasks and two reduce tasks: each attempt is there, with its end.
        await visit.SeesAsync("11 attempts on");
        await visit.SeesAsync("11 succeeded");
    }

    [BrowserFact]
    public async Task A_job_of_last_week_shows_the_same_after_a_restart_of_all_nodes()
    {
        var before = await FactsAsync();
        Assert.Contains("19 900/19 900", before.Replace('\u202f', ' '), StringComparison.Ordinal);
        await dashboard.RestartAsync();
        Assert.Equal(before, await FactsAsync());

        async Task<string> FactsAsync()
        {
            await using var visit = await dashboard.OpenAsync($"/jobs/{PastJob.Id}");
            await visit.SeesAsync("Largest".ToLowerInvariant());
            var cards = await visit.Page.Locator(".stages, .figures, .timeline, .keys, .group summary, #partitions ~ div, table tbody").AllInnerTextsAsync();
            return string.Join("\n", cards) + await visit.Page.Locator("section[aria-labelledby=timeline] .head .muted").InnerTextAsync();
        }
    }

    [BrowserFact]
    public async Task A_job_of_20_000_tasks_can_be_used()
    {
        await using var visit = await dashboard.OpenAsync("/jobs");
        await UsePastJobAsync(visit);
        await visit.SeesAsync("20 0".Replace(' ', '\u202f'));
        var elements = await visit.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length");
        Assert.True(elements < 1500, $"The page has {elements} elements.");
    }

    [BrowserFact]
    [Trait("Category", "Check")]
    public async Task Check_the_page_of_a_past_job_of_20_000_tasks()
    {
        // The first look starts the job's actor and warms the program up.
        var times = new List<TimeSpan>();
        for (var round = 0; round < 3; round++)
        {
            await using var visit = await dashboard.OpenAsync("/jobs");
            times.Add(await UsePastJobAsync(visit));
        }
        Figure.AtMost("page-past", times.Min().TotalSeconds, 1, "s");
    }

    /// <summary>Goes from the list to the job's page, and finds a task.</summary>
    private static async Task<TimeSpan> UsePastJobAsync(Visit visit)
    {
        await visit.Link(PastJob.Name).WaitForAsync();
        var begun = Stopwatch.GetTimestamp();
        await visit.Link(PastJob.Name).ClickAsync();
        await visit.Page.Locator(".timeline canvas").WaitForAsync();
        await visit.Page.Locator("#find-task").FillAsync("s0-r00031");
        await visit.CountsAsync("section[aria-labelledby=tasks] tbody tr", 1);
        return Stopwatch.GetElapsedTime(begun);
    }

    [BrowserFact]
    public async Task Keys_names_and_logs_are_text_whatever_they_say()
    {
        var folder = dashboard.NewFolder();
        var input = Path.Combine(folder, "evil.txt");
        await File.WriteAllLinesAsync(input, Enumerable.Repeat(Evil, 3).Append("plain"));
        var gate = Path.Combine(folder, "open");
        await File.WriteAllTextAsync(gate, "");
        var counted = await SubmitAsync(request => request with { JobClass = "Gated", Inputs = [input], Name = Evil, Arguments = ["--phase", "none", "--gate", Evil] });
        var talking = await SubmitAsync(request => request with { JobClass = "Talking", Inputs = [input], Name = $"{Evil} talking" });
        var failing = await SubmitAsync(request => request with { JobClass = "ThrowingMapper", Inputs = [input], Name = $"{Evil} failing" });
        foreach (var id in (string[])[counted, talking, failing]) await dashboard.Client.WaitAsync(id);
        await using (var keys = await dashboard.OpenAsync($"/jobs/{counted}"))
        {
            await Assertions.Expect(keys.Page.Locator(".keys code").First).ToHaveTextAsync(Evil);
            await UntakenAsync(keys);
        }
        await using (var log = await dashboard.OpenAsync($"/jobs/{talking}"))
        {
            await log.Button("Log of s0-m00000-a0").ClickAsync();
            await Assertions.Expect(log.Page.Locator(".log pre")).ToContainTextAsync($"saw {Evil}");
            await UntakenAsync(log);
        }
        await using (var cause = await dashboard.OpenAsync($"/jobs/{failing}"))
        {
            await Assertions.Expect(cause.Page.Locator(".callout .cause")).ToContainTextAsync(Evil);
            await UntakenAsync(cause);
        }
        await using var list = await dashboard.OpenAsync($"/jobs?search={Uri.EscapeDataString(Evil)}");
        await Assertions.Expect(list.Page.Locator(".jobs tbody tr")).ToHaveCountAsync(3);
        await UntakenAsync(list);

        static async Task UntakenAsync(Visit visit)
        {
            Assert.Equal(0, await visit.Page.Locator("main img, dialog img").CountAsync());
            Assert.NotEqual("taken", await visit.Page.TitleAsync());
        }
    }

    [BrowserFact]
    public async Task Markup_that_a_script_would_write_is_refused_by_the_policy()
    {
        var page = await dashboard.Context.NewPageAsync();
        page.SetDefaultTimeout(Patience.Milliseconds);
        await page.GotoAsync(dashboard.Address);
        Assert.Equal("TypeError", await page.EvaluateAsync<string>("() => { try { document.body.innerHTML = '<b>x</b>'; return 'done'; } catch (error) { return error.name; } }"));
        await page.CloseAsync();
    }

    [BrowserFact]
    public async Task Jobs_are_found_by_a_part_of_their_name_and_by_their_phase()
    {
        var input = Path.Combine(dashboard.NewFolder(), "missing.txt");
        await dashboard.Client.WaitAsync(await SubmitAsync(request => request with { JobClass = "Talking", Inputs = [input], Name = "needle" }));
        await using var visit = await dashboard.OpenAsync("/");
        await visit.SeesAsync("Healthy");
        await visit.Page.Keyboard.PressAsync("/");
        await visit.Page.Keyboard.TypeAsync("CLICKS-by");
        var rows = visit.Page.Locator(".jobs tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync(PastJob.Name);
        await visit.Button("failed").ClickAsync();
        await visit.SeesAsync("No job is like that.");
        await visit.Page.Locator("#search").FillAsync("needle");
        await Assertions.Expect(rows).ToContainTextAsync("BadInput");
        Assert.EndsWith("/jobs?search=needle&phase=failed", visit.Page.Url, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task The_timeline_is_walked_with_the_keyboard()
    {
        await using var visit = await dashboard.OpenAsync($"/jobs/{PastJob.Id}");
        var canvas = visit.Page.Locator(".timeline canvas");
        await canvas.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator(".chosen")).ToContainTextAsync("s0-p00000-a0");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator(".chosen")).ToContainTextAsync("s0-m");
        await visit.Page.Keyboard.PressAsync("+");
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(visit.Page.Locator(".chosen")).ToContainTextAsync("map on node-1");
        // Drawing anew does not take the focus away.
        Assert.Equal("CANVAS", await visit.Page.EvaluateAsync<string>("() => document.activeElement.nodeName"));
    }

    [BrowserFact]
    public async Task On_a_phone_no_page_is_wider_than_the_screen()
    {
        var phone = await dashboard.LogInAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        foreach (var path in Pages)
        {
            await using var visit = await dashboard.OpenAsync(path, phone);
            await visit.Page.Locator("main h1").WaitForAsync();
            await visit.Page.Locator("main .card").First.WaitForAsync();
            Assert.True(await visit.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than the screen.");
        }
        await phone.CloseAsync();
    }

    [AccessibilityTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_page_keeps_the_rules_of_accessibility(ColorScheme scheme)
    {
        var text = await TextAsync("bad\ngood\n");
        var failed = await SubmitAsync(request => request with { JobClass = "ThrowingReducer", Inputs = [text], Name = "unwanted" });
        await dashboard.Client.WaitAsync(failed);
        var context = await dashboard.LogInAsync(new BrowserNewContextOptions { ColorScheme = scheme });
        foreach (var path in Pages.Append($"/jobs/{failed}"))
        {
            await using var visit = await dashboard.OpenAsync(path, context);
            await visit.Page.Locator("main .card").First.WaitForAsync();
            Assert.Empty(await Axe.ViolationsAsync(visit.Page));
        }
        await context.CloseAsync();
        var stranger = await dashboard.Browser.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme });
        stranger.SetDefaultTimeout(Patience.Milliseconds);
        var page = await stranger.NewPageAsync();
        await page.GotoAsync(dashboard.Address);
        Assert.Empty(await Axe.ViolationsAsync(page));
        await stranger.CloseAsync();
    }

    private static string[] Pages => ["/", "/jobs", $"/jobs/{PastJob.Id}", "/nodes", "/nodes/node-1"];

    private async Task<string> SubmitAsync(Func<SubmitRequest, SubmitRequest> with)
    {
        var folder = dashboard.NewFolder();
        return await dashboard.Client.SubmitAsync("MapReduce.TestJobs", folder, with);
    }

    private async Task<string> TextAsync(string text)
    {
        var path = Path.Combine(dashboard.NewFolder(), "text.txt");
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    /// <summary>A job with a map task a file, some of which wait at gates.</summary>
    private async Task<(string Id, string Gate)> SubmitGatedAsync(string name, int files, int gated)
    {
        var folder = dashboard.NewFolder();
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
        for (var file = 0; file < files; file++) await File.WriteAllTextAsync(Path.Combine(texts, $"{file}.txt"), file < gated ? $"gate{file}" : "words");
        var id = await dashboard.Client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Gated", Name = name, Inputs = [texts], SplitBytes = 5, Partitions = 2, Arguments = ["--phase", "map", "--gate", gate] });
        return (id, gate);
    }
}
