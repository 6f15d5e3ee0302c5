namespace MapReduce.Simulation.Checks;

/// <summary>Something that must never be broken was.</summary>
/// <param name="rule">What, in a word.</param>
/// <param name="message">How.</param>
internal sealed class Violation(string rule, string message) : Exception($"{rule}: {message}")
{
    public string Rule => rule;
}
