namespace MapReduce.Sdk;

/// <summary>Files, folders and globs to read; expanded when the stage is planned.</summary>
public sealed class InputSet
{
    internal InputSet(IReadOnlyList<string> patterns) => Patterns = patterns;

    /// <summary>The paths and globs as they were given.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>The one input at <paramref name="index"/>, from 0, for jobs that read each input in its own way.</summary>
    /// <exception cref="JobException">There are not so many inputs.</exception>
    public InputSet this[int index] => index < Patterns.Count ? new InputSet([Patterns[index]]) : throw new JobException(
        JobError.Definition, $"The job reads input {index + 1}, but {Patterns.Count} given. Give --input once for each, in the job's order.");
}
