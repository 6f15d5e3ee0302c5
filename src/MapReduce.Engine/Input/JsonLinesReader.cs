using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads a JSON document from each line that is not blank.</summary>
internal sealed class JsonLinesReader<TRecord>(JsonLinesFormat<TRecord> format) : RecordReader<TRecord>
{
    private readonly TextLineReader lines = new(keepCarriageReturn: false);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public override ReadTotals Read(FileSplit split, RecordAction<TRecord> action, ReadContext context)
        => lines.Read(split, line =>
        {
            // A byte order mark is no JSON, but some programs begin files with it.
            var document = line.Bytes.StartsWith(ByteOrderMark) ? line.Bytes[ByteOrderMark.Length..] : line.Bytes;
            if (document.ContainsAnyExcept((byte)' ', (byte)'\t')) action(format.Parse(document));
        }, context);
}
