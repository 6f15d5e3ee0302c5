using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace MapReduce.Dashboard.Tests;

/// <summary>axe-core, which checks pages by the rules of accessibility. It comes from npm when it is first needed, and stays where a user's programs keep their data.</summary>
internal static class Axe
{
    private const string Version = "4.14.1";

    private static readonly Lazy<(string Script, string? Missing)> Source = new(Fetch);

    /// <summary>What is missing; null where nothing is.</summary>
    public static string? Missing => Source.Value.Missing;

    /// <summary>The serious and critical violations on a page, in words.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(Source.Value.Script);
        var result = await page.EvaluateAsync<JsonElement>("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(violation => ({ id: violation.id, impact: violation.impact, nodes: violation.nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary) }))");
        return [.. result.EnumerateArray().Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id").GetString()}: {string.Join("; ", violation.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()))}")];
    }

    private static (string, string?) Fetch()
    {
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "mapreduce-tests", $"axe-{Version}");
        var script = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(script))
        {
            Directory.CreateDirectory(folder);
            try
            {
                var start = new ProcessStartInfo("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", $"axe-core@{Version}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
                using var npm = Process.Start(start)!;
                var errors = npm.StandardError.ReadToEndAsync();
                npm.StandardOutput.ReadToEnd();
                npm.WaitForExit();
                if (npm.ExitCode != 0 || !File.Exists(script)) return ("", $"axe-core cannot be had from npm: {errors.Result}");
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return ("", "There is no npm here, which fetches axe-core. Install Node.js.");
            }
        }
        return (File.ReadAllText(script), null);
    }
}
