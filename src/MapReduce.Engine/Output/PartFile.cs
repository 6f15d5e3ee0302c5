namespace MapReduce.Engine.Output;

/// <summary>A finished output file of one task attempt, still private.</summary>
/// <param name="Name">The path that it gets below the output folder, with '/' between folders.</param>
/// <param name="PrivatePath">Where it is until the job commits.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="Hash">The XXH128 of its bytes, as 32 hexadecimal digits.</param>
/// <param name="Rows">The number of pairs written.</param>
public sealed record PartFile(string Name, string PrivatePath, long Length, string Hash, long Rows);
