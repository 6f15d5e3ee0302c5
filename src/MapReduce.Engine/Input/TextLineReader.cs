using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads lines that end with LF or CRLF. A line belongs to the range that holds its first byte.</summary>
internal sealed unsafe class TextLineReader(bool keepCarriageReturn) : RangeReader<TextLine>
{
    protected override long ReadRange(FileRange range, RecordAction<TextLine> action, ReadContext context)
    {
        var splittable = range.File.Compression == FileCompression.None;
        var end = splittable ? range.Start + range.Length : long.MaxValue;
        // A range from the middle of a file begins behind the first line end at or after the byte before it.
        var skipFirst = range.Start > 0;
        using var source = ByteSources.Open(range.File, skipFirst ? range.Start - 1 : 0);
        using var buffer = new InputBuffer(source, context, source.Position);
        if (skipFirst && !SkipLine(buffer, end)) return 0;
        return ReadLines(buffer, end, action, context);
    }

    /// <summary>Goes to the first line that begins before <paramref name="end"/>; a line that goes on beyond it must not be read for each of the ranges that it fills.</summary>
    /// <returns>Whether there is one.</returns>
    private static bool SkipLine(InputBuffer buffer, long end)
    {
        while (true)
        {
            var lineEnd = FindLineEnd(buffer.Next, buffer.End);
            if (lineEnd != null)
            {
                buffer.Next = lineEnd + 1;
                return true;
            }
            buffer.Next = buffer.End;
            if (buffer.Offset >= end - 1 || !buffer.Fill()) return false;
        }
    }

    private long ReadLines(InputBuffer buffer, long end, RecordAction<TextLine> action, ReadContext context)
    {
        var records = 0L;
        while (true)
        {
            // Lines that begin before this address belong to the range.
            var room = end - buffer.OffsetOf(buffer.Next);
            if (room <= 0) return records;
            var stop = room < buffer.End - buffer.Next ? buffer.Next + room : buffer.End;
            records += TakeLines(buffer, stop, action, context);
            if (buffer.Next >= stop && stop < buffer.End) return records;
            if (buffer.Fill()) continue;
            if (buffer.Next < buffer.End && buffer.Offset < end)
            {
                var last = buffer.Next;
                buffer.Next = buffer.End;
                records += Deliver(last, buffer.End, buffer.OffsetOf(last), action, context);
            }
            return records;
        }
    }

    /// <summary>Delivers all complete lines that begin before <paramref name="stop"/>; user code that throws ends a pass, not the loop.</summary>
    private long TakeLines(InputBuffer buffer, byte* stop, RecordAction<TextLine> action, ReadContext context)
    {
        var records = 0L;
        while (buffer.Next < stop)
        {
            var record = buffer.Next;
            var recordEnd = record;
            try
            {
                while (record < stop)
                {
                    var lineEnd = FindLineEnd(record, buffer.End);
                    if (lineEnd == null) return records;
                    recordEnd = lineEnd;
                    buffer.Next = lineEnd + 1;
                    context.Position.Offset = buffer.OffsetOf(record);
                    records++;
                    action(new TextLine(Line(record, lineEnd)));
                    if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
                    record = lineEnd + 1;
                }
            }
            catch (Exception exception) when (context.IsBadRecord(exception))
            {
                context.BadRecords.OnBadRecord(exception, Line(record, recordEnd));
            }
        }
        return records;
    }

    private int Deliver(byte* record, byte* end, long offset, RecordAction<TextLine> action, ReadContext context)
    {
        context.Position.Offset = offset;
        try
        {
            action(new TextLine(Line(record, end)));
            if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
        }
        catch (Exception exception) when (context.IsBadRecord(exception))
        {
            context.BadRecords.OnBadRecord(exception, Line(record, end));
        }
        return 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Line(byte* start, byte* end)
    {
        if (end > start && end[-1] == '\r' && !keepCarriageReturn) end--;
        return new ReadOnlySpan<byte>(start, (int)(end - start));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* FindLineEnd(byte* start, byte* end)
    {
        var index = new ReadOnlySpan<byte>(start, (int)(end - start)).IndexOf((byte)'\n');
        return index < 0 ? null : start + index;
    }
}
