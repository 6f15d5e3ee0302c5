namespace MapReduce.FuzzJobs.Plans;

/// <summary>Something that the author of the job has got wrong.</summary>
/// <param name="Place">Where.</param>
/// <param name="Channel">In which channel.</param>
/// <param name="Every">It goes wrong for about one of so many records, keys or values.</param>
internal sealed record MistakePlan(MistakePlace Place, int Channel, int Every);

/// <summary>Where an author's code throws, or does what it may not.</summary>
internal enum MistakePlace
{
    /// <summary>The map function throws, when it has emitted half of a record.</summary>
    Map,

    /// <summary>The map function emits a null.</summary>
    Null,

    KeyCodec,
    ValueCodec,
    Partition,

    /// <summary>The partition function gives a number that is no partition.</summary>
    PartitionRange,

    /// <summary>A value has no text form.</summary>
    Format,

    AggregatorAdd,
    AggregatorMerge,
    AggregatorWrite,
    AggregatorRead,
    AggregatorResult,
    AggregatorSize,
    AggregatorSelect,
    Combiner,
    MapperSetup,
    MapperClose,
    ReducerSetup,
    Reducer,
    ReducerClose,
    JoinSelect,
    Define,
}
