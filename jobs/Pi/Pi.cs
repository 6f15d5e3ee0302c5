using System.Globalization;
using MapReduce.Sdk;

namespace Pi;

/// <summary>Estimates pi by counting which points of a Halton sequence fall into a circle. Reads no input.</summary>
public sealed class Pi : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<PiOptions>();
        if (options.Maps < 1 || options.Points < 1) throw new JobException(JobError.Arguments, "Give --maps and --points positive numbers.");
        job.ReadNumbers(options.Maps, perTask: 1)
            .Map((long map, IEmitter<string, (long Inside, long Total)> output) => output.Emit("points", (CountInside((map * options.Points) + 1, options.Points), options.Points)))
            .Aggregate(Sum.OfPairs<long, long>().Select(sums => (sums.Item1, sums.Item2, (4m * sums.Item1 / sums.Item2).ToString(CultureInfo.InvariantCulture))))
            .WriteText(job.Output);
    }

    private static long CountInside(long first, long count)
    {
        var inside = 0L;
        for (var index = first; index < first + count; index++)
        {
            var x = RadicalInverse(index, 2) - 0.5;
            var y = RadicalInverse(index, 3) - 0.5;
            if ((x * x) + (y * y) <= 0.25) inside++;
        }
        return inside;
    }

    /// <summary>The digits of <paramref name="index"/> in a base, mirrored at the point (J. H. Halton, 1960).</summary>
    private static double RadicalInverse(long index, int radix)
    {
        var result = 0.0;
        var place = 1.0 / radix;
        for (; index > 0; index /= radix)
        {
            result += index % radix * place;
            place /= radix;
        }
        return result;
    }
}
