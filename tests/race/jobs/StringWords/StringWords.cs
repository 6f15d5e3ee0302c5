using MapReduce.Sdk;

namespace StringWords;

/// <summary>Word count as one writes it who does not care for speed: each word is an ordinary string.</summary>
public sealed class StringWords : IJob
{
    public void Define(JobBuilder job)
        => job
            .ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<string, long> output) =>
            {
                foreach (var word in line.Words())
                    output.Emit(word.ToString(), 1);
            })
            .TotalOrder()
            .Aggregate(Sum.Of<long>())
            .WriteText(job.Output);
}
