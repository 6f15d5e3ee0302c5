using CommandLine;

namespace MapReduce.Executor;

/// <summary>The options of <see cref="Rehearsal"/>.</summary>
public sealed class RehearsalOptions
{
    /// <summary>Nothing; options are read like those of any job.</summary>
    [Option("twice")]
    public bool Twice { get; set; }
}
