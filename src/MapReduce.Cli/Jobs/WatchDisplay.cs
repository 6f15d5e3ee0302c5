using System.Globalization;
using MapReduce.Api;

namespace MapReduce.Cli.Jobs;

/// <summary>Shows a running job on standard error: a line that is rewritten on a terminal, and a line for each thing that goes wrong.</summary>
internal sealed class WatchDisplay : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly MapReduceClient client;
    private readonly string job;
    private readonly bool terminal = !Console.IsErrorRedirected;
    private readonly CancellationTokenSource stop = new();
    private readonly Task polling;
    private string shown = "";
    private string? lostNode;
    private int reassigned;
    private int outputs;

    public WatchDisplay(MapReduceClient client, string job)
    {
        this.client = client;
        this.job = job;
        polling = PollAsync();
    }

    /// <summary>Says what an event means for somebody who waits.</summary>
    public void Show(JobEventDetails @event)
    {
        lock (gate)
        {
            switch (@event.Event)
            {
                case "AttemptFailed" when @event.Reason == "WorkerLost":
                    if (lostNode is not null && lostNode != @event.Node) FlushLoss();
                    lostNode = @event.Node;
                    reassigned++;
                    break;
                case "MapOutputLost":
                    outputs++;
                    break;
                case "AttemptFailed":
                    FlushLoss();
                    Line($"{@event.Attempt} failed on {@event.Node} ({@event.Reason}): {FirstLine(@event.Message)}");
                    break;
                case "EpochClaimed" when @event.Revision > 1:
                    FlushLoss();
                    Line($"the job master has moved; reign {@event.Epoch}");
                    break;
                default:
                    FlushLoss();
                    break;
            }
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        polling.GetAwaiter().GetResult();
        lock (gate)
        {
            FlushLoss();
            Clear();
        }
        stop.Dispose();
    }

    private static string FirstLine(string? text) => (text ?? "").Split('\n')[0].TrimEnd();

    private void FlushLoss()
    {
        if (lostNode is null && outputs == 0) return;
        var again = outputs > 0 ? string.Create(CultureInfo.InvariantCulture, $"{outputs} map outputs are made again; other finished work kept") : "finished work kept";
        Line(string.Create(CultureInfo.InvariantCulture, $"{lostNode ?? "a node"} lost; {reassigned} tasks reassigned; {again}"));
        (lostNode, reassigned, outputs) = (null, 0, 0);
    }

    private void Line(string text)
    {
        Clear();
        Console.Error.WriteLine(text);
    }

    private void Clear()
    {
        if (terminal && shown.Length > 0) Console.Error.Write($"\r{new string(' ', shown.Length)}\r");
        shown = "";
    }

    private async Task PollAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(terminal ? OnTerminal : Elsewhere, stop.Token);
                var details = await client.JobAsync(job, stop.Token);
                lock (gate)
                {
                    var line = Describe(details);
                    if (line == shown || stop.IsCancellationRequested) continue;
                    if (terminal) Console.Error.Write($"\r{line.PadRight(shown.Length)}");
                    else Console.Error.WriteLine(line);
                    shown = line;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ApiException)
        {
            // The events say how it ends.
        }
    }

    private static string Describe(JobDetails details)
    {
        var number = details.Stages.ToList().FindIndex(stage => !stage.Planned || stage.MapsDone < stage.Maps || stage.ReducesDone < stage.Reduces);
        var stage = number < 0 ? null : details.Stages[number];
        var phase = stage is null ? "publish" : !stage.Planned ? "plan" : stage.MapsDone < stage.Maps ? "map" : "reduce";
        var (done, total) = phase switch { "map" => (stage!.MapsDone, stage.Maps), "reduce" => (stage!.ReducesDone, stage.Reduces), _ => (0, 1) };
        var of = details.Stages.Count > 1 && number >= 0 ? string.Create(CultureInfo.InvariantCulture, $" {number + 1}/{details.Stages.Count}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{phase}{of} · {done} of {total} tasks · {details.RunningAttempts} running · {Sizes.Show(details.InputBytes)}");
    }
}
