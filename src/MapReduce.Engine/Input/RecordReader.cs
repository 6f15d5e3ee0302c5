using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Where the record is that user code sees now. The reader moves it; error messages and <see cref="TaskContext"/> read it.</summary>
internal sealed class RecordPosition
{
    /// <summary>The path of the file; empty where records do not come from files.</summary>
    public string FilePath { get; set; } = "";

    /// <summary>The offset in bytes of the record in the decompressed file; -1 where there is none.</summary>
    public long Offset = -1;
}

/// <summary>What becomes of a record that the reader cannot decode or user code throws at.</summary>
internal interface IBadRecords
{
    /// <summary>Takes note of the record at the reader's position, or throws to fail the task.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="record">The record's bytes where they are known, for the quarantine file.</param>
    void OnBadRecord(Exception cause, ReadOnlySpan<byte> record);

    /// <summary>Whether a record was read to its end without an error, so that what it emitted may stay.</summary>
    void OnGoodRecord();

    /// <summary>What mappers emitted when they were set up may stay; it is no record's.</summary>
    void OnSetUp()
    {
    }

    /// <summary>Whether <see cref="OnGoodRecord"/> wants to be called: only when bad records are skipped.</summary>
    bool Skips { get; }
}

/// <summary>Reads the records of one split.</summary>
internal abstract class RecordReader<TRecord> where TRecord : allows ref struct
{
    /// <summary>Calls <paramref name="action"/> for each record of <paramref name="split"/> in order.</summary>
    /// <returns>What was read.</returns>
    public abstract ReadTotals Read(FileSplit split, RecordAction<TRecord> action, ReadContext context);
}

/// <summary>What was read by a task.</summary>
internal readonly record struct ReadTotals(long Records, long Bytes);

/// <summary>What a reader needs beside its split.</summary>
/// <param name="Position">Moved with each record.</param>
/// <param name="BadRecords">Told of records that cannot be read or that user code throws at.</param>
/// <param name="Cancellation">Checked at least once a buffer.</param>
/// <param name="BufferLength">The length in bytes of the read buffer.</param>
/// <param name="Progress">Told of bytes read since the last call, about once a buffer; null where nobody asks.</param>
/// <param name="Store">For whom a store is read.</param>
/// <param name="Key">The job's key, where files of earlier stages are encrypted.</param>
internal sealed record ReadContext(RecordPosition Position, IBadRecords BadRecords, CancellationToken Cancellation, int BufferLength, Action<long>? Progress, Func<int, StoreContext>? Store = null, DataKey? Key = null)
{
    /// <summary>Whether an exception is the record's fault, or user code's, rather than the engine's.</summary>
    public bool IsBadRecord(Exception exception) => UserCode.IsOfAuthor(exception, Cancellation);
}

/// <summary>Leaves a reader early. No failure of anything.</summary>
internal abstract class ReadingEnded : Exception;
