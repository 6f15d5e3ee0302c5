namespace MapReduce.FuzzJobs.Plans;

/// <summary>What is read.</summary>
/// <param name="Id">By which feeds know it.</param>
/// <param name="Format">How bytes become records.</param>
/// <param name="Size">The length of records of a fixed length; how many numbers or rows of a store there are.</param>
/// <param name="Share">How many numbers or rows of a store a task gets.</param>
internal sealed record SourcePlan(int Id, SourceFormat Format, int Size = 0, int Share = 1)
{
    /// <summary>Which of the ways to name inputs the job goes.</summary>
    public InputNaming Naming { get; init; }

    /// <summary>What stands between the fields of delimited text.</summary>
    public char Delimiter { get; init; } = ',';

    public bool HasHeader { get; init; }

    public bool AllowQuotes { get; init; }

    /// <summary>Whether it reads an input of the run.</summary>
    public bool ReadsFiles => Format is not (SourceFormat.Numbers or SourceFormat.Store);
}

internal enum SourceFormat
{
    Lines,
    LinesWithReturns,
    Files,
    Records,
    Delimited,
    JsonLines,
    Numbers,
    Store,
}

/// <summary>How a job names its inputs.</summary>
internal enum InputNaming
{
    /// <summary><c>job.Inputs[i]</c>.</summary>
    One,

    /// <summary><c>job.Inputs</c>, of a job that has a single one.</summary>
    All,

    /// <summary><c>job.InputsAt(…)</c>.</summary>
    Named,
}
