using MapReduce.Protocol.Jobs;

namespace MapReduce.Coordination;

/// <summary>Whose a job is.</summary>
public static class JobOwner
{
    /// <summary>The name of whoever has the token of the cluster.</summary>
    public const string OfCluster = "owner";

    /// <summary>The name of whoever submitted a job. Older programs, which wrote none, took jobs from the owner of the cluster only.</summary>
    public static string Of(JobSpec spec) => spec.Owner.Length > 0 ? spec.Owner : OfCluster;
}
