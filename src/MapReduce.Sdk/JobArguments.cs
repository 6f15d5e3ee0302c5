namespace MapReduce.Sdk;

/// <summary>What a run gives to a job's definition.</summary>
/// <param name="Inputs">The paths and globs to read, in order.</param>
/// <param name="Arguments">The job's own arguments.</param>
internal sealed record JobArguments(IReadOnlyList<string> Inputs, IReadOnlyList<string> Arguments);
