namespace MapReduce.FuzzJobs.Functions;

/// <summary>A record as the map functions see it.</summary>
/// <param name="Raw">What it says, in bytes.</param>
/// <param name="File">The name of its file; empty where it has none.</param>
/// <param name="Offset">Where it is in it.</param>
/// <param name="Words">Its words, where the map function wants them.</param>
internal sealed record RecordView(byte[] Raw, string File, long Offset, IReadOnlyList<byte[]> Words);
