using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

public sealed class GateOptions
{
    [Option("phase", HelpText = "Where to wait: plan, map, spill, reduce, merge or later.")]
    public string Phase { get; set; } = "";

    [Option("gate", HelpText = "The folder of the gate.")]
    public string Gate { get; set; } = "";

    [Option("later", HelpText = "Sum the counts of each word again in so many later stages.")]
    public int Later { get; set; }
}

/// <summary>Counts words, and waits at a gate in one phase until a test opens it: in planning, at the line "gate", or at the key "gate" of the first or the last stage.</summary>
/// <remarks>For the phases spill and merge the line "gate" also makes more pairs with the key "filler" than a task's buffers hold: in spill the attempt then
/// waits with a part of its output on disk, and in merge it waits amid the values of that key, which come from several sorted runs.</remarks>
public sealed class Gated : IJob
{
    private const int Fill = 100_000;

    public void Define(JobBuilder job)
    {
        var options = job.Options<GateOptions>();
        if (options.Phase == "plan") Wait(options.Gate, "gate");
        var words = job.Counter("words");
        var counts = job.ReadLines(job.Inputs).Map(() => new WordsOfLines(options, words)).Reduce((string key, Values<long> values, IEmitter<string, long> output) =>
        {
            if (key == "gate" && options.Phase == "reduce") Wait(options.Gate, key);
            var sum = 0L;
            var count = 0;
            foreach (var value in values)
            {
                sum += value;
                if (key == "filler" && ++count == Fill / 2 && options.Phase == "merge") Wait(options.Gate, "gate");
            }
            output.Emit(key, sum);
        });
        for (var left = options.Later; left > 0; left--)
        {
            var isGate = left == 1 && options.Phase == "later";
            counts = counts.Map((string word, long count, IEmitter<string, long> output) =>
            {
                if (isGate && word == "gate") Wait(options.Gate, word);
                output.Emit(word, count);
            }).Aggregate(Sum.Of<long>());
        }
        counts.WriteText(job.Output);
    }

    /// <summary>Says that an attempt is here, and waits until this gate is open, or all are; an attempt that comes later finds it open.</summary>
    internal static void Wait(string folder, string gate)
    {
        File.WriteAllText(Path.Combine(folder, $"entered-{Environment.ProcessId}"), "");
        while (!File.Exists(Path.Combine(folder, "open")) && !File.Exists(Path.Combine(folder, gate))) Thread.Sleep(5);
    }

    private sealed class WordsOfLines(GateOptions options, Counter words) : IMapper<TextLine, string, long>
    {
        public void Map(TextLine line, IEmitter<string, long> output)
        {
            var text = line.ToString();
            if (text.StartsWith("gate", StringComparison.Ordinal))
            {
                for (var i = 0; i < Fill && options.Phase is ("spill" or "merge"); i++) output.Emit("filler", 0);
                if (options.Phase is "map" or "spill") Wait(options.Gate, text);
            }
            foreach (var word in text.Split(' '))
            {
                output.Emit(word, 1);
                words.Add(1);
            }
        }
    }
}
