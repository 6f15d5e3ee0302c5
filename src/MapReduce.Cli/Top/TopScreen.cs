using System.Globalization;
using MapReduce.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MapReduce.Cli.Top;

/// <summary>What <c>mr top</c> shows of a cluster.</summary>
internal static class TopScreen
{
    private const int BarWidth = 20;

    /// <summary>The screen.</summary>
    /// <param name="view">The cluster.</param>
    /// <param name="isLive">Whether it changes, so that keys are told.</param>
    public static IRenderable Of(ClusterView view, bool isLive)
    {
        List<IRenderable> parts = [new Markup(Health(view)), Nodes(view), view.Running.Count > 0 ? Running(view) : new Markup("[grey]No job runs. Submit one: mr submit jobs/WordCount --input TEXT --output FOLDER[/]")];
        if (view.Ended.Count > 0) parts.Add(Ended(view));
        if (isLive) parts.Add(new Markup("[grey]q or Ctrl+C ends[/]"));
        return new Rows(parts);
    }

    /// <summary>One sentence of health.</summary>
    public static string Health(ClusterView view)
    {
        var nodes = view.Nodes.Nodes;
        var ill = nodes.Where(node => node.State != "up" || node.Quarantined).Select(node => $"{node.Name} is {(node.Quarantined ? "quarantined" : node.State)}").ToList();
        var health = ill.Count == 0 ? "[green]Healthy[/]" : $"[red]{Markup.Escape(Printable.Of(string.Join(", ", ill)))}[/]";
        return health + Markup.Escape(Printable.Of(string.Create(CultureInfo.InvariantCulture,
            $": {nodes.Count} nodes, {nodes.Sum(node => node.Busy)} of {nodes.Sum(node => node.Slots)} slots busy, master {view.Nodes.Master}, epoch {view.Nodes.Epoch}; {view.Total} jobs, {view.Running.Count} running, reading {Sizes.Show(view.Rates.Values.Sum())}/s")));
    }

    private static Table Nodes(ClusterView view)
    {
        var table = Plain("node", "state", "slots", "", "address");
        foreach (var node in view.Nodes.Nodes)
        {
            var marks = string.Concat(node.Master ? " master" : "", node.Draining ? " draining" : "", node.Quarantined ? " quarantined" : "");
            table.AddRow(Text(node.Name), Text(node.State + marks), Text($"{node.Busy}/{node.Slots}"), Bar(node.Busy, node.Slots), Text(node.Http));
        }
        return table;
    }

    private static Table Running(ClusterView view)
    {
        var table = Plain("running job", "name", "phase", "tasks", "", "input", "rate", "failed", "time");
        foreach (var job in view.Running)
        {
            var (phase, done, total) = Progress(job);
            table.AddRow(Text(job.Id[..8]), Text(job.Name), Text(phase), Text($"{done}/{total}"), Bar(done, total), Text(Sizes.Show(job.InputBytes)),
                Text(view.Rates.TryGetValue(job.Id, out var rate) ? $"{Sizes.Show(rate)}/s" : "–"), Text($"{job.FailedAttempts}"), Text(Sizes.Show(view.At - job.Submitted)));
        }
        return table;
    }

    private static Table Ended(ClusterView view)
    {
        var table = Plain("ended job", "name", "phase", "took");
        foreach (var job in view.Ended) table.AddRow(Text(job.Id[..8]), Text(job.Name), job.Phase == "failed" ? new Markup("[red]failed[/]") : Text(job.Phase), Text(Sizes.Show(job.Ended!.Value - job.Submitted)));
        return table;
    }

    private static (string Phase, int Done, int Total) Progress(JobDetails job)
    {
        var number = job.Stages.ToList().FindIndex(stage => !stage.Planned || stage.MapsDone < stage.Maps || stage.ReducesDone < stage.Reduces);
        if (number < 0) return ("publish", 1, 1);
        var stage = job.Stages[number];
        var of = job.Stages.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" {number + 1}/{job.Stages.Count}") : "";
        if (!stage.Planned) return ($"plan{of}", 0, 1);
        return stage.MapsDone < stage.Maps ? ($"map{of}", stage.MapsDone, stage.Maps) : ($"reduce{of}", stage.ReducesDone, stage.Reduces);
    }

    private static Text Bar(int part, int whole)
    {
        var full = whole == 0 ? 0 : (int)Math.Round((double)BarWidth * part / whole);
        return new Text(new string('█', full) + new string('░', BarWidth - full));
    }

    /// <summary>Names come from users: they are never markup, and control characters in them never reach the terminal.</summary>
    private static Text Text(string text) => new(Printable.Of(text.Replace('\t', ' ')));

    private static Table Plain(params string[] columns)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns) table.AddColumn(new TableColumn($"[grey]{column}[/]").NoWrap().PadRight(2));
        return table;
    }
}
