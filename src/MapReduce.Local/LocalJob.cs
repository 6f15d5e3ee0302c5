using MapReduce.Engine;
using MapReduce.Sdk;

namespace MapReduce.Local;

/// <summary>A job to be run in this process.</summary>
/// <param name="Name">The name that messages give to it.</param>
/// <param name="Create">Makes the job object.</param>
/// <param name="Inputs">The paths and globs to read, in order.</param>
/// <param name="Output">The folder to write.</param>
/// <param name="Arguments">The job's own arguments.</param>
public sealed record LocalJob(string Name, Func<IJob> Create, IReadOnlyList<string> Inputs, string Output, IReadOnlyList<string> Arguments);

/// <summary>A job ended without a result. The message is for the user.</summary>
public sealed class JobFailedException(EngineError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public EngineError Error { get; } = error;
}
