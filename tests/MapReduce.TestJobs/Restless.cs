using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Counts words like <see cref="Gated"/>, and adds a number that is another each time a map task runs: what no job may do.</summary>
/// <remarks>Map tasks wait at the line "hold" for the gate of that name, and the reduce task of the key "gate" for its own.</remarks>
public sealed class Restless : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<GateOptions>();
        job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
        {
            var text = line.ToString();
            if (text == "hold") Gated.Wait(options.Gate, text);
            foreach (var word in text.Split(' ')) output.Emit(word, 1);
            output.Emit("chance", Random.Shared.NextInt64());
        }).Reduce((string key, Values<long> values, IEmitter<string, long> output) =>
        {
            if (key == "gate") Gated.Wait(options.Gate, key);
            var count = 0L;
            foreach (var _ in values) count++;
            output.Emit(key, count);
        }).WriteText(job.Output);
    }
}
