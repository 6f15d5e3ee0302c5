namespace MapReduce.Engine.Fold;

/// <summary>Takes the folded records of a partition bucket by bucket and hands what they come to, a key once or seldom more often, to a sorter.</summary>
internal unsafe interface IBucketReducer : IDisposable
{
    /// <summary>Begins a bucket of about <paramref name="bytes"/> bytes of records.</summary>
    void BeginBucket(long bytes);

    /// <summary>Takes the records of a block.</summary>
    void AddBlock(byte* block, int length);

    /// <summary>Hands the keys of the bucket to the sorter.</summary>
    void EndBucket();
}
