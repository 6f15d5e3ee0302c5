using MapReduce.Sdk;

namespace WordCount;

/// <summary>Counts how often each word occurs: a maximal run of Unicode letters, case kept.</summary>
public sealed class WordCount : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<WordCountOptions>();
        var words = job
            .ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                foreach (var word in line.Words())
                    output.Emit(word, 1);
            });
        if (options.Sorted) words.TotalOrder();
        words
            .Aggregate(Sum.Of<long>())
            .WriteText(job.Output);
    }
}
