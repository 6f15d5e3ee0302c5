using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads the ranges of a split one after another and makes sure that their files have not changed.</summary>
internal abstract class RangeReader<TRecord> : RecordReader<TRecord> where TRecord : allows ref struct
{
    public sealed override ReadTotals Read(FileSplit split, RecordAction<TRecord> action, ReadContext context)
    {
        var records = 0L;
        foreach (var range in split.Ranges)
        {
            context.Position.FilePath = range.File.Path;
            context.Position.Offset = range.Start;
            records += ReadRange(range, action, context);
            context.Position.Offset = -1;
            ByteSources.CheckUnchanged(range.File);
        }
        return new ReadTotals(records, split.Length);
    }

    /// <summary>Reads one range.</summary>
    /// <returns>The number of records.</returns>
    protected abstract long ReadRange(FileRange range, RecordAction<TRecord> action, ReadContext context);
}
