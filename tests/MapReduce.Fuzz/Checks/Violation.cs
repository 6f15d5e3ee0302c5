namespace MapReduce.Fuzz.Checks;

/// <summary>A run has come to something else than it has to.</summary>
/// <param name="rule">What is not as it has to be, in a word.</param>
/// <param name="message">How.</param>
internal sealed class Violation(string rule, string message) : Exception($"{rule}: {message}")
{
    public string Rule => rule;
}
