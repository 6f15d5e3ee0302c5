using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Gives one key nine of ten values, and checks that all of them arrive in order.</summary>
public sealed class HotKey : IJob
{
    public void Define(JobBuilder job) => job
        .ReadNumbers(1_000_000, perTask: 250_000)
        .Map((long number, IEmitter<long, (long, string)> output) => output.Emit(number % 10 == 0 ? number : -1, (number, "some text that fills memory")))
        .Partitions(3)
        .Reduce((long key, Values<(long Number, string)> values, IEmitter<long, (long, bool)> output) =>
        {
            var (count, last, ordered) = (0L, -1L, true);
            foreach (var (number, _) in values)
            {
                ordered &= number > last;
                last = number;
                count++;
            }
            if (key == -1) output.Emit(key, (count, ordered));
        })
        .WriteText(job.Output);
}
