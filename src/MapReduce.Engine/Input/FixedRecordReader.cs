using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads records of a fixed length.</summary>
internal sealed unsafe class FixedRecordReader(int length) : RangeReader<Utf8>
{
    protected override long ReadRange(FileRange range, RecordAction<Utf8> action, ReadContext context)
    {
        var end = range.File.Compression == FileCompression.None ? range.Start + range.Length : long.MaxValue;
        using var source = ByteSources.Open(range.File, range.Start);
        using var buffer = new InputBuffer(source, context, source.Position);
        var records = 0L;
        while (buffer.Offset < end)
        {
            if (buffer.End - buffer.Next < length && !buffer.Fill())
            {
                if (buffer.Next == buffer.End) break;
                throw new EngineException(EngineError.BadInput,
                    $"'{range.File.Path}' ends with {buffer.End - buffer.Next} bytes at offset {buffer.Offset} that are no whole record of {length} bytes. Check the record length, or fetch the file again.");
            }
            records += TakeRecords(buffer, end, action, context);
        }
        return records;
    }

    private long TakeRecords(InputBuffer buffer, long end, RecordAction<Utf8> action, ReadContext context)
    {
        var records = 0L;
        var offset = buffer.Offset;
        while (buffer.End - buffer.Next >= length && offset < end)
        {
            var record = buffer.Next;
            try
            {
                while (buffer.End - buffer.Next >= length && offset < end)
                {
                    record = buffer.Next;
                    buffer.Next += length;
                    context.Position.Offset = offset;
                    offset += length;
                    records++;
                    action(new Utf8(new ReadOnlySpan<byte>(record, length)));
                    if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
                }
            }
            catch (Exception exception) when (context.IsBadRecord(exception))
            {
                context.BadRecords.OnBadRecord(exception, new ReadOnlySpan<byte>(record, length));
            }
        }
        return records;
    }
}
