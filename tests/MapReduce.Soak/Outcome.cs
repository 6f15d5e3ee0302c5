namespace MapReduce.Soak;

/// <summary>What a soak has shown.</summary>
/// <param name="Figure">What was seen, in a few words.</param>
/// <param name="Goal">What has to be seen.</param>
/// <param name="Passed">Whether it was.</param>
internal sealed record Outcome(string Figure, string Goal, bool Passed)
{
    /// <summary>The line that ends a check.</summary>
    public string Line(string name) => $"{name}: {Figure} ({Goal}) {(Passed ? "pass" : "missed")}";
}
