namespace MapReduce.Engine.Shuffle;

/// <summary>Where a block is: in memory, raw, or in the output's segment file.</summary>
internal readonly unsafe struct BlockReference(int segment, long fileOffset, int storedLength, int rawLength, byte* memory, int number = 0)
{
    /// <summary>A block of a file whose raw length is not known yet.</summary>
    public BlockReference(int segment, long fileOffset, int storedLength, int number = 0) : this(segment, fileOffset, storedLength, -1, null, number)
    {
    }

    public readonly byte* Memory = memory;
    public readonly long FileOffset = fileOffset;
    public readonly int Segment = segment;
    public readonly int StoredLength = storedLength;
    public readonly int RawLength = rawLength;

    /// <summary>How many blocks are before it in its segment, where the file is encrypted.</summary>
    public readonly int Number = number;
}
