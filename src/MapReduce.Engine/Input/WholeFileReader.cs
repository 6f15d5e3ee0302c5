using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads each file as one record.</summary>
internal sealed unsafe class WholeFileReader : RangeReader<WholeFile>
{
    protected override long ReadRange(FileRange range, RecordAction<WholeFile> action, ReadContext context)
    {
        using var source = ByteSources.Open(range.File, 0);
        var length = (int)Math.Min(InputBuffer.MaxRecord, Math.Max(context.BufferLength, range.File.Length + 1));
        using var buffer = new InputBuffer(source, context with { BufferLength = length }, 0);
        while (buffer.Fill())
        {
        }
        context.Position.Offset = 0;
        var bytes = new ReadOnlySpan<byte>(buffer.Next, (int)(buffer.End - buffer.Next));
        try
        {
            action(new WholeFile(range.File.Path, bytes));
            if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
        }
        catch (Exception exception) when (context.IsBadRecord(exception))
        {
            context.BadRecords.OnBadRecord(exception, bytes[..Math.Min(bytes.Length, 1024)]);
        }
        return 1;
    }
}
