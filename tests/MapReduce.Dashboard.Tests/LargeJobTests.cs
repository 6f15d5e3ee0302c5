using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>The page of a very large job while it runs.</summary>
[Collection(DashboardFixture.Collection)]
public sealed class LargeJobTests(DashboardFixture dashboard)
{
    private const int Maps = 19_900;
    private const int Reduces = 100;
    private const int MapsBefore = 12_000;
    private const int Rounds = 3;
    private const int Step = 200;

    [BrowserFact]
    public async Task A_job_of_20_000_tasks_can_be_used_while_it_runs_and_stays_live()
    {
        await using var job = await StartAsync();
        var context = await LogInAsync(job);
        await using (var visit = await Visit.OpenAsync(context, $"{job.Address}/jobs"))
        {
            await visit.Link(LargeJob.Name).ClickAsync();
            await UseAsync(visit);
        }
        await using (var visit = await Visit.OpenAsync(context, $"{job.Address}/jobs/{job.Id}"))
        {
            await FollowAsync(visit, job);
            job.Let(2 * Maps);
            await Assertions.Expect(visit.Page.Locator(".head .badge").First).ToHaveTextAsync("succeeded");
            // The plan, each task, and the first attempts that failed: none is missing or there twice.
            const int Attempts = 1 + Maps + ((Maps - 1) / SimulatedSlots.FailsEach) + Reduces;
            await visit.SeesAsync($"{Attempts.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f')} attempts on 32 slots");
        }
        await context.CloseAsync();
    }

    [BrowserFact]
    [Trait("Category", "Check")]
    public async Task Check_the_page_of_a_running_job_of_20_000_tasks()
    {
        await using var job = await StartAsync();
        // From here on two hundred attempts begin and end each second.
        job.Pace(2, TimeSpan.FromMilliseconds(10));
        var context = await LogInAsync(job);
        var times = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var visit = await Visit.OpenAsync(context, $"{job.Address}/jobs");
            await visit.Link(LargeJob.Name).WaitForAsync();
            var begun = Stopwatch.GetTimestamp();
            await visit.Link(LargeJob.Name).ClickAsync();
            await UseAsync(visit);
            times.Add(Stopwatch.GetElapsedTime(begun));
        }
        job.Let(2 * Maps);
        await job.Client.WaitAsync(job.Id);
        await context.CloseAsync();
        Figure.AtMost("page-running", times.Min().TotalSeconds, 1, "s");
    }

    /// <summary>A job of which most maps are done.</summary>
    private async Task<LargeJob> StartAsync()
    {
        var job = await LargeJob.StartAsync(dashboard.NewFolder(), Maps, Reduces);
        job.Let(MapsBefore);
        await job.MappedAsync(MapsBefore - 100);
        return job;
    }

    private async Task<IBrowserContext> LogInAsync(LargeJob job)
    {
        var context = await dashboard.Browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        await using (await Visit.OpenAsync(context, job.Login))
        {
        }
        return context;
    }

    /// <summary>What somebody does who comes to the page: looks at the phases and the timeline, finds a task, and sees what runs.</summary>
    private static async Task UseAsync(Visit visit)
    {
        await visit.Page.GetByRole(AriaRole.Progressbar, new PageGetByRoleOptions { NameRegex = new("^Map: ") }).WaitForAsync();
        await visit.Page.Locator(".timeline canvas").WaitForAsync();
        const string Rows = "section[aria-labelledby=tasks] tbody tr";
        await visit.Page.Locator("#find-task").FillAsync("s0-m00031");
        await visit.CountsAsync(Rows, 1);
        await visit.Page.Locator("#find-task").FillAsync("");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "running", Exact = true }).ClickAsync();
        await visit.SaysAsync($"{Rows} .badge", "running");
    }

    /// <summary>What the page shows follows the job, and the timeline can be used all the while.</summary>
    private static async Task FollowAsync(Visit visit, LargeJob job)
    {
        await visit.Page.Locator(".timeline canvas").WaitForAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var done = (await job.Client.JobAsync(job.Id)).Stages[0].MapsDone;
            job.Let(Step);
            await visit.Page.WaitForFunctionAsync("done => Number(document.querySelector('[role=progressbar][aria-label^=\"Map: \"]')?.getAttribute('aria-valuenow')) > done", done);
        }
        var canvas = visit.Page.Locator(".timeline canvas");
        await canvas.ClickAsync(new LocatorClickOptions { Position = new Position { X = 600, Y = 6 } });
        await Assertions.Expect(visit.Page.Locator(".chosen")).ToContainTextAsync("map on node-2");
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(visit.Page.Locator(".chosen")).ToContainTextAsync("map on node-2");
        await visit.Button("Shorter").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#link")).ToHaveTextAsync("Live");
    }
}
