namespace MapReduce.Protocol;

/// <summary>The right to run an attempt until a deadline that renewals move.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Epoch">The reign that granted it.</param>
/// <param name="Worker">Who runs it.</param>
/// <param name="Deadline">When it ends unless it is renewed.</param>
public sealed record Lease(JobId Job, AttemptId Attempt, Epoch Epoch, WorkerId Worker, DateTimeOffset Deadline);
