namespace MapReduce.Sdk;

/// <summary>What a source reads and how its bytes become records. The engine has a reader for each kind.</summary>
internal abstract class InputFormat<TRecord> where TRecord : allows ref struct
{
    /// <summary>The files to read; null for a source without files.</summary>
    public virtual InputSet? Inputs => null;

    /// <summary>Whether a file may be read from its middle on. A compressed file never is.</summary>
    public virtual bool CanSplit => false;

    /// <summary>Whether a file without bytes holds a record.</summary>
    public virtual bool ReadsEmptyFiles => false;
}

/// <summary>Records of a store.</summary>
internal sealed class StoreFormat<TRecord>(RowSource<TRecord> source) : InputFormat<TRecord> where TRecord : allows ref struct
{
    public RowSource<TRecord> Source => source;
}

internal sealed class TextLineFormat(InputSet inputs, bool keepCarriageReturn) : InputFormat<TextLine>
{
    public override InputSet Inputs => inputs;

    /// <summary>Whether a CR before LF stays with the line.</summary>
    public bool KeepCarriageReturn => keepCarriageReturn;

    public override bool CanSplit => true;
}

internal sealed class WholeFileFormat(InputSet inputs) : InputFormat<WholeFile>
{
    public override InputSet Inputs => inputs;

    public override bool ReadsEmptyFiles => true;
}

internal sealed class FixedRecordFormat(InputSet inputs, int length) : InputFormat<Utf8>
{
    public override InputSet Inputs => inputs;

    public override bool CanSplit => true;

    /// <summary>The length of each record in bytes.</summary>
    public int Length => length;
}

internal sealed class DelimitedFormat(InputSet inputs, DelimitedOptions options) : InputFormat<DelimitedRow>
{
    public override InputSet Inputs => inputs;

    public DelimitedOptions Options => options;
}

internal abstract class JsonLinesFormat<TRecord>(InputSet inputs) : InputFormat<TRecord>
{
    public override InputSet Inputs => inputs;

    public override bool CanSplit => true;

    /// <summary>Decodes one line.</summary>
    public abstract TRecord Parse(ReadOnlySpan<byte> line);
}

/// <summary>The numbers from 0 to <paramref name="count"/>, <paramref name="perTask"/> to a task; reads no file.</summary>
internal sealed class NumbersFormat(long count, long perTask) : InputFormat<long>
{
    public long Count => count;

    public long PerTask => perTask;
}
