using System.Globalization;
using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Nodes;

/// <summary>The options of <c>mr events</c>.</summary>
internal sealed class EventsOptions : ConnectionOptions
{
    [Option("from", HelpText = "The revision that is known: show what came after it. 0 begins with the first. Default: from now on.")]
    public long? From { get; set; }

    [Option("count", HelpText = "End after so many changes. Default: go on until Ctrl+C.")]
    public int? Count { get; set; }
}

/// <summary><c>mr events</c>: what becomes of jobs, nodes and masters, as it happens.</summary>
internal static class EventsVerb
{
    public static ExitCode Run(EventsOptions options)
    {
        if (options.From < 0) throw new UserException(ExitCode.Usage, $"--from {options.From} is no revision. Give a number from 0.");
        if (options.Count < 1) throw new UserException(ExitCode.Usage, $"--count {options.Count} is not possible. Give a number from 1.");
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        return WatchAsync(client, options, cancel.Token).GetAwaiter().GetResult();
    }

    private static async Task<ExitCode> WatchAsync(MapReduceClient client, EventsOptions options, CancellationToken cancellation)
    {
        var left = options.Count ?? int.MaxValue;
        try
        {
            await foreach (var change in client.WatchClusterAsync(options.From, cancellation))
            {
                if (options.Json) Output.JsonLine(change);
                else Printable.WriteLine(Text(change));
                if (--left == 0) break;
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how a watch ends.
        }
        return ExitCode.Success;
    }

    private static string Text(ClusterChange change)
    {
        var what = change.Job is { } job ? $"{job[..Math.Min(8, job.Length)]}  {change.Name}  {change.Phase}".TrimEnd() : $"{change.Node}  {change.Reason}".TrimEnd();
        var epoch = change.Epoch is { } reign ? string.Create(CultureInfo.InvariantCulture, $"  epoch {reign}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{change.Revision,8}  {change.At.ToLocalTime():HH:mm:ss.fff}  {change.Change,-16}  {what}{epoch}");
    }
}
