using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs;

/// <summary>What the author's code throws where the plan says so.</summary>
internal sealed class PlannedException(MistakePlace place) : Exception(TextOf(place))
{
    /// <summary>What it says.</summary>
    public static string TextOf(MistakePlace place) => $"planned mistake {place}.";
}
