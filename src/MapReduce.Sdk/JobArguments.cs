namespace MapReduce.Sdk;

/// <summary>What a run gives to a job's definition.</summary>
/// <param name="Inputs">The paths and globs to read, in order.</param>
/// <param name="Arguments">The job's own arguments.</param>
/// <param name="SideFiles">Where the side files are that travelled with the job, by the paths that the job gives them; null where it runs on the machine that has them.</param>
internal sealed record JobArguments(IReadOnlyList<string> Inputs, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string>? SideFiles = null);
