namespace MapReduce.Engine.Input;

/// <summary>An input file as it was when the job was planned.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Length">The size in bytes; of a part of a dataset, what it would be without compression.</param>
/// <param name="ModifiedTicks">The time of the last change, in UTC ticks of 100 ns; 0 of a part of a dataset.</param>
/// <param name="Compression">How its bytes are compressed.</param>
public sealed record InputFile(string Path, long Length, long ModifiedTicks, FileCompression Compression = FileCompression.None);

/// <summary>A range of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Start">The first byte.</param>
/// <param name="Length">The number of bytes. A record belongs to the range that holds its first byte.</param>
public sealed record FileRange(InputFile File, long Start, long Length)
{
    /// <summary>Whether it is some of a file of a dataset.</summary>
    internal bool IsPartOfDataset => File.ModifiedTicks == 0 && Length < File.Length;
}

/// <summary>What one map task reads of one source: ranges of files, or numbers, or parts of an earlier stage's dataset, or a piece of a store.</summary>
/// <param name="Source">The source's position in its stage.</param>
/// <param name="Ranges">The ranges to read in order; empty for numbers.</param>
/// <param name="FirstNumber">For a source of numbers: the first.</param>
/// <param name="Numbers">For a source of numbers: how many.</param>
/// <param name="Piece">For a store: what its source reads.</param>
/// <param name="PieceBytes">For a store: about how much that is.</param>
public sealed record FileSplit(int Source, IReadOnlyList<FileRange> Ranges, long FirstNumber = 0, long Numbers = 0, string? Piece = null, long PieceBytes = 0)
{
    /// <summary>The bytes to read.</summary>
    public long Length => Ranges.Sum(range => range.Length) + PieceBytes;
}
