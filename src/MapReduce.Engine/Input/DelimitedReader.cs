using CsvHelper;
using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads rows of delimited text.</summary>
internal sealed class DelimitedReader(DelimitedOptions options) : RangeReader<DelimitedRow>
{
    protected override long ReadRange(FileRange range, RecordAction<DelimitedRow> action, ReadContext context)
    {
        string? malformed = null;
        using var source = ByteSources.Open(range.File, 0);
        using var reader = CsvReader.Create(new SourceStream(source, context), new CsvReaderOptions
        {
            Separator = options.Delimiter,
            HasHeader = options.HasHeader,
            Mode = options.AllowQuotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
            OnMalformedRecord = record => malformed = $"the row is malformed ({record.Reason})",
        }, false);
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        if (options.HasHeader)
            foreach (var name in reader.Headers) columns.TryAdd(name, columns.Count);

        var rows = 0L;
        while (true)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (!reader.Read()) return rows;
            context.Position.Offset = reader.ByteOffset;
            rows++;
            try
            {
                if (malformed is not null) throw new FormatException($"{malformed}. Check its quotes.");
                action(new DelimitedRow(Fields(reader), columns));
                if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
            }
            catch (Exception exception) when (context.IsBadRecord(exception))
            {
                context.BadRecords.OnBadRecord(exception, reader.RawRecord);
            }
            malformed = null;
        }
    }

    private static string[] Fields(CsvReader reader)
    {
        var fields = new string[reader.FieldCount];
        for (var i = 0; i < fields.Length; i++) fields[i] = reader.GetString(i);
        return fields;
    }

    private sealed class SourceStream(IByteSource source, ReadContext context) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => source.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            context.Progress?.Invoke(read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
