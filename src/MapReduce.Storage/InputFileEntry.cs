namespace MapReduce.Storage;

/// <summary>A file found by a listing.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="ModifiedTicks">The time of the last change, in UTC ticks of 100 ns.</param>
public sealed record InputFileEntry(string Path, long Length, long ModifiedTicks);
