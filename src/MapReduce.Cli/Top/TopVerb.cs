using System.Text.Json;
using System.Text.Json.Nodes;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using Spectre.Console;

namespace MapReduce.Cli.Top;

/// <summary><c>mr top</c>: the cluster live in the terminal.</summary>
internal static class TopVerb
{
    private const int WidthWithoutTerminal = 160;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    public static ExitCode Run(TopOptions options)
    {
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        if (options.Json || options.Once || Console.IsOutputRedirected)
        {
            Show(ClusterView.LookAsync(client, null, TimeProvider.System.GetUtcNow(), cancel.Token).GetAwaiter().GetResult(), options.Json);
            return ExitCode.Success;
        }
        try
        {
            LiveAsync(client, cancel.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        return ExitCode.Success;
    }

    private static void Show(ClusterView view, bool json)
    {
        if (json)
        {
            Output.Json(new JsonObject
            {
                ["at"] = view.At.ToString("O"),
                ["cluster"] = JsonSerializer.SerializeToNode(view.Nodes, ApiJson.Default.NodeList),
                ["jobs"] = view.Total,
                ["running"] = new JsonArray([.. view.Running.Select(job => JsonSerializer.SerializeToNode(job, ApiJson.Default.JobDetails))]),
            });
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Interactive = InteractionSupport.No });
        if (Console.IsOutputRedirected) console.Profile.Width = WidthWithoutTerminal;
        console.Write(TopScreen.Of(view, isLive: false));
        Console.WriteLine();
    }

    private static async Task LiveAsync(MapReduceClient client, CancellationToken cancellation)
    {
        var view = await ClusterView.LookAsync(client, null, TimeProvider.System.GetUtcNow(), cancellation);
        await AnsiConsole.Live(TopScreen.Of(view, isLive: true)).StartAsync(async live =>
        {
            while (await GoesOnAsync(cancellation))
            {
                view = await ClusterView.LookAsync(client, view, TimeProvider.System.GetUtcNow(), cancellation);
                live.UpdateTarget(TopScreen.Of(view, isLive: true));
            }
        });
    }

    /// <summary>Lets the interval pass; false where the user has pressed the key that ends it.</summary>
    private static async Task<bool> GoesOnAsync(CancellationToken cancellation)
    {
        using var keys = new PeriodicTimer(KeyInterval);
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Interval)
        {
            if (!Console.IsInputRedirected && Console.KeyAvailable && Console.ReadKey(intercept: true).Key is ConsoleKey.Q) return false;
            await keys.WaitForNextTickAsync(cancellation);
        }
        return true;
    }
}
