using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads a JSON document from each line that is not blank.</summary>
internal sealed class JsonLinesReader<TRecord>(JsonLinesFormat<TRecord> format) : RecordReader<TRecord>
{
    private readonly TextLineReader lines = new(keepCarriageReturn: false);

    public override ReadTotals Read(FileSplit split, RecordAction<TRecord> action, ReadContext context)
        => lines.Read(split, line =>
        {
            if (!line.Bytes.ContainsAnyExcept((byte)' ', (byte)'\t')) return;
            action(format.Parse(line.Bytes));
        }, context);
}
