using MapReduce.Engine.Output;
using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads the records of one piece of a store.</summary>
internal sealed class StoreReader<TRecord>(StoreFormat<TRecord> format) : RecordReader<TRecord> where TRecord : allows ref struct
{
    private const int CheckInterval = 1 << 10;
    private const long ProgressBytes = 1 << 16;

    public override ReadTotals Read(FileSplit split, RecordAction<TRecord> action, ReadContext context)
    {
        var (records, bytes, told) = (0L, 0L, 0L);
        context.Position.FilePath = format.Source.Target;
        try
        {
            format.Source.Read(split.Piece!, context.Store!(0), (record, size) =>
            {
                if (records % CheckInterval == 0) context.Cancellation.ThrowIfCancellationRequested();
                context.Position.Offset = records++;
                bytes += size;
                Deliver(action, record, context);
                if (bytes - told < ProgressBytes) return;
                context.Progress?.Invoke(bytes - told);
                told = bytes;
            });
        }
        catch (StoreException exception)
        {
            throw StoreFailures.OfInput(exception);
        }
        context.Progress?.Invoke(bytes - told);
        return new ReadTotals(records, bytes);
    }

    private static void Deliver(RecordAction<TRecord> action, TRecord record, ReadContext context)
    {
        try
        {
            action(record);
            if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
        }
        catch (Exception exception) when (context.IsBadRecord(exception))
        {
            context.BadRecords.OnBadRecord(exception, []);
        }
    }
}
