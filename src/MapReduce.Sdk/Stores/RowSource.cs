namespace MapReduce.Sdk;

/// <summary>A store that gives records to map tasks. Derive from it to read from a store of another kind.</summary>
public abstract class RowSource<TRecord> where TRecord : allows ref struct
{
    /// <summary>What is read, for messages; the same each time the job is defined.</summary>
    public abstract string Target { get; }

    /// <summary>Cuts the records into pieces, one for each map task. The same data gives the same pieces.</summary>
    /// <exception cref="StoreException">The store does not answer, or has not what the job reads.</exception>
    public abstract IReadOnlyList<StorePiece> Plan(StoreContext context);

    /// <summary>Reads a piece. The same data gives the same records in the same order.</summary>
    /// <param name="piece">The text of the piece.</param>
    /// <param name="context">The attempt.</param>
    /// <param name="take">Takes a record, which is valid during the call only, with the number of its bytes.</param>
    /// <exception cref="StoreException">The store does not answer, or broke off.</exception>
    public abstract void Read(string piece, StoreContext context, RecordTaker<TRecord> take);
}

/// <summary>Takes a record of a store.</summary>
/// <param name="record">The record, valid during the call only.</param>
/// <param name="bytes">Its size.</param>
public delegate void RecordTaker<TRecord>(TRecord record, int bytes) where TRecord : allows ref struct;

/// <summary>What one map task reads of a store.</summary>
/// <param name="Text">What the source needs to find it again, for example a range of keys.</param>
/// <param name="Bytes">About how large it is.</param>
public sealed record StorePiece(string Text, long Bytes);
