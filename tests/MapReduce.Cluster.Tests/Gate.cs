using System.Globalization;
using MapReduce.Api;

namespace MapReduce.Cluster.Tests;

/// <summary>The gate in the code of the job <c>Gated</c>, at which an attempt stands until a test lets it go on.</summary>
internal static class Gate
{
    /// <summary>Writes a text with one word, in its sixth line, that stops whoever maps or reduces it.</summary>
    public static string Text(RealCluster at, string name, int lines)
        => at.Write(name, string.Concat(Enumerable.Range(0, lines).Select(line => line == 5 ? "gate\n" : $"word{line % 50} of line\n")));

    /// <summary>Waits until an attempt stands at the gate; tells its process.</summary>
    public static async Task<int> EnteredAsync(string gate)
    {
        string[] entered = [];
        await RealCluster.UntilAsync(() => Task.FromResult((entered = Directory.GetFiles(gate, "entered-*")).Length > 0));
        return int.Parse(entered[0][(entered[0].LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>The attempt that stands at the gate: in its phase nothing else is left to run.</summary>
    public static async Task<JobEventDetails> HeldAttemptAsync(string job, string phase, RealCluster at)
    {
        while (true)
        {
            var events = await at.EventsAsync(job);
            var started = events.Where(@event => @event.Event == "AttemptStarted").ToList();
            var ended = events.Where(@event => @event.Event is "AttemptSucceeded" or "StagePlanned" or "AttemptFailed").Select(@event => @event.Attempt).ToHashSet();
            var open = started.Where(@event => !ended.Contains(@event.Attempt)).ToList();
            var of = phase switch { "spill" => "-m", "merge" => "-r", _ => $"-{phase[0]}" };
            var tasks = phase == "plan" ? 1 : events.Where(@event => @event.Event == "StagePlanned").Select(@event => of == "-m" ? @event.Maps : @event.Reduces).FirstOrDefault();
            if (open is [var only] && only.Attempt!.Contains(of, StringComparison.Ordinal) && started.Where(@event => @event.Attempt!.Contains(of, StringComparison.Ordinal)).Select(@event => @event.Attempt![..^3]).Distinct().Count() == tasks) return only;
        }
    }
}
