using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Gives the numbers of a split.</summary>
internal sealed class NumbersReader : RecordReader<long>
{
    private const int CancellationInterval = 1 << 12;

    public override ReadTotals Read(FileSplit split, RecordAction<long> action, ReadContext context)
    {
        for (var number = split.FirstNumber; number < split.FirstNumber + split.Numbers; number++)
        {
            if (number % CancellationInterval == 0) context.Cancellation.ThrowIfCancellationRequested();
            context.Position.Offset = number;
            try
            {
                action(number);
                if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
            }
            catch (Exception exception) when (context.IsBadRecord(exception))
            {
                context.BadRecords.OnBadRecord(exception, []);
            }
        }
        return new ReadTotals(split.Numbers, 0);
    }
}
