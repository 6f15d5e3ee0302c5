using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

public sealed class StragglingOptions
{
    [Option("gate", HelpText = "The folder of the gate.")]
    public string Gate { get; set; } = "";

    [Option("side-effects", HelpText = "Declare side effects.")]
    public bool SideEffects { get; set; }
}

/// <summary>Counts words; the first attempt that comes to the line "gate" waits there, and whoever comes later does not.</summary>
public sealed class Straggling : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<StragglingOptions>();
        var words = job.Counter("words");
        if (options.SideEffects) job.HasSideEffects();
        job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
        {
            var text = line.ToString();
            if (text == "gate" && IsFirst(options.Gate)) Gated.Wait(options.Gate, text);
            // No task is over, and with it no rival due, before the straggler stands at the gate.
            else while (text != "gate" && Directory.GetFiles(options.Gate, "entered-*").Length == 0) Thread.Sleep(5);
            foreach (var word in text.Split(' '))
            {
                output.Emit(word, 1);
                words.Add(1);
            }
        }).Aggregate(Sum.Of<long>()).WriteText(job.Output);
    }

    private static bool IsFirst(string gate)
    {
        try
        {
            using var _ = new FileStream(Path.Combine(gate, "first"), FileMode.CreateNew);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
