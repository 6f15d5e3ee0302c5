namespace MapReduce.Fuzz.Sequential;

/// <summary>A record of an input.</summary>
/// <param name="Raw">What map functions see of it; null where it cannot be read.</param>
/// <param name="Path">The path of its file; empty where it has none.</param>
/// <param name="Offset">Where it begins in the decompressed file.</param>
/// <param name="Exact">Its bytes, as the quarantine keeps them; null where nothing is promised of these.</param>
internal sealed record InputRecord(byte[]? Raw, string Path, long Offset, byte[]? Exact);
