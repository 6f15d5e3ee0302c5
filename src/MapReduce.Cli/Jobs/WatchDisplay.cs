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
    private readonly Dictionary<string, string> holders = [];
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
                    Lose(@event.Node);
                    reassigned++;
                    break;
                case "MapOutputLost" when @event.IsLossOfNode:
                    Lose(holders.GetValueOrDefault(@event.Attempt!));
                    outputs++;
                    break;
                case "MapOutputLost":
                    FlushLoss();
                    Line($"the output of {@event.Attempt} on {holders.GetValueOrDefault(@event.Attempt!) ?? "its node"} is made again: {FirstLine(@event.Message)}");
                    break;
                case "AttemptFailed":
                    FlushLoss();
                    Line($"{@event.Attempt} failed on {@event.Node} ({@event.Reason}): {FirstLine(@event.Message)}");
                    break;
                case "PartDamaged" or "DatasetDamaged":
                    FlushLoss();
                    Line($"{@event.Attempt} is made again: {FirstLine(@event.Message)}");
                    break;
                case "EpochClaimed" when @event.Revision > 1:
                    FlushLoss();
                    Line($"the job master has moved; reign {@event.Epoch}");
                    break;
                default:
                    if (@event.Event is "AttemptSucceeded" or "MapOutputFound") holders[@event.Attempt!] = @event.Node!;
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

    /// <summary>What a node had is lost; what is told of one node together is one line.</summary>
    private void Lose(string? node)
    {
        if (lostNode is not null && lostNode != node) FlushLoss();
        lostNode = node ?? "a node";
    }

    private void FlushLoss()
    {
        if (lostNode is null) return;
        var again = outputs switch
        {
            0 => "finished work kept",
            1 => "1 map output is made again; other finished work kept",
            _ => string.Create(CultureInfo.InvariantCulture, $"{outputs} map outputs are made again; other finished work kept"),
        };
        Line(string.Create(CultureInfo.InvariantCulture, $"{lostNode} lost; {reassigned} {(reassigned == 1 ? "task" : "tasks")} reassigned; {again}"));
        (lostNode, reassigned, outputs) = (null, 0, 0);
    }

    private void Line(string text)
    {
        Clear();
        Console.Error.WriteLine(Printable.Of(text));
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
