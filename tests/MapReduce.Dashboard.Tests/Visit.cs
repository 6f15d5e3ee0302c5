using Microsoft.Playwright;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>A page of the dashboard. When it is left nothing may have gone wrong in it.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly List<string> troubles = [];
    private bool allowsLostConnections;
    private bool allowsRefusals;

    private Visit(IPage page) => Page = page;

    public IPage Page { get; }

    public static async Task<Visit> OpenAsync(IBrowserContext context, string address)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience.Milliseconds);
        var visit = new Visit(page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") visit.troubles.Add(message.Text);
        };
        page.PageError += (_, error) => visit.troubles.Add(error);
        await page.GotoAsync(address);
        return visit;
    }

    /// <summary>Says that the test cuts connections, which the browser complains of.</summary>
    public void AllowLostConnections() => allowsLostConnections = true;

    /// <summary>Says that the session ends during the test, which the browser complains of.</summary>
    public void AllowRefusals() => allowsRefusals = true;

    public ILocator Text(string text) => Page.GetByText(text).First;

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name }).First;

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name }).First;

    /// <summary>Waits until so many elements are there. It looks with each frame, where <see cref="Assertions"/> look ever more rarely, which a time that is measured would contain.</summary>
    public Task CountsAsync(string selector, int count)
        => Page.WaitForFunctionAsync("([selector, count]) => document.querySelectorAll(selector).length === count", new object[] { selector, count });

    /// <summary>Waits until the first of some elements says a text, looking as <see cref="CountsAsync"/> does.</summary>
    public Task SaysAsync(string selector, string text)
        => Page.WaitForFunctionAsync("([selector, text]) => document.querySelector(selector)?.textContent.trim() === text", new object[] { selector, text });

    public Task SeesAsync(string text) => Text(text).WaitForAsync();

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        // A node whose master is slow to answer says so, and the page asks again.
        Assert.DoesNotContain(troubles, trouble => !trouble.Contains("status of 503", StringComparison.Ordinal) && !(allowsLostConnections && trouble.Contains("ERR_", StringComparison.Ordinal)) && !(allowsRefusals && trouble.Contains("401", StringComparison.Ordinal)));
    }
}
