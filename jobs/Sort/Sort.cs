using MapReduce.Sdk;

namespace Sort;

/// <summary>Sorts lines by their bytes, or records of a fixed length by the key at their beginning, across all parts.</summary>
public sealed class Sort : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<SortOptions>();
        if (options.Record > 0)
        {
            if (options.Key is < 1 || options.Key > options.Record)
                throw new JobException(JobError.Arguments, $"A key of {options.Key} bytes does not fit records of {options.Record}. Give --key a number from 1 to {options.Record}.");
            job.ReadRecords(job.Inputs, options.Record)
                .Map((Utf8 record, IEmitter<Utf8, Utf8> output) => output.Emit(record.Slice(0, options.Key), record.Slice(options.Key, record.Length - options.Key)))
                .TotalOrder()
                .Sort()
                .WriteRecords(job.Output);
            return;
        }
        job.ReadLines(job.Inputs, keepCarriageReturn: true)
            .Map((TextLine line, IEmitter<Utf8, None> output) => output.Emit(line, None.Value))
            .TotalOrder()
            .Sort()
            .WriteText(job.Output);
    }
}
