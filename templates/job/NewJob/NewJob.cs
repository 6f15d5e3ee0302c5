using CommandLine;
using MapReduce.Sdk;

namespace NewJob;

/// <summary>Counts how often each word occurs.</summary>
public sealed class NewJob : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<NewJobOptions>();
        var words = job.Counter("words");
        job.ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                foreach (var word in line.Words())
                {
                    if (word.Bytes.Length < options.Shortest) continue;
                    words.Add(1);
                    output.Emit(word, 1);
                }
            })
            .Aggregate(Sum.Of<long>())
            .WriteText(job.Output);
    }
}

/// <summary>What the job can be told after <c>--</c>.</summary>
public sealed class NewJobOptions
{
    [Option("shortest", Default = 1, HelpText = "The fewest bytes of a word that counts.")]
    public int Shortest { get; set; }
}
