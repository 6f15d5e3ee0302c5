using MapReduce.Protocol;

namespace MapReduce.Worker;

/// <summary>An attempt that runs on a node now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Since">When it was taken up.</param>
/// <param name="Bytes">How many bytes it has done.</param>
/// <param name="Executor">What its executor uses; null while it has none.</param>
public sealed record Activity(string Job, AttemptId Attempt, DateTimeOffset Since, Func<long> Bytes, Func<ExecutorResources?> Executor);

/// <summary>What an executor uses.</summary>
/// <param name="Process">The process id.</param>
/// <param name="Memory">Bytes of memory; 0 where that cannot be told.</param>
/// <param name="Threads">Threads; 0 likewise.</param>
public sealed record ExecutorResources(int Process, long Memory, long Threads);
