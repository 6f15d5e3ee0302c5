namespace MapReduce.Sdk;

/// <summary>A job: a class with a parameterless constructor that declares what to read, how to map and reduce it, and what to write.</summary>
/// <remarks>
/// <see cref="Define"/> runs wherever a part of the job runs, each time with the same arguments, so that functions never need to be
/// serialised and may capture arguments. It must be deterministic: the plans it yields are compared, and a difference fails the job.
/// </remarks>
public interface IJob
{
    /// <summary>Declares the job's stages on <paramref name="job"/>. Reads no data.</summary>
    void Define(JobBuilder job);
}
