namespace MapReduce.Node.Security;

/// <summary>What users may do. Each role may do what those before it may.</summary>
public static class Roles
{
    /// <summary>See how the cluster and its jobs stand.</summary>
    public const string View = "view";

    /// <summary>Submit jobs; cancel and delete one's own, and read what they have written.</summary>
    public const string Submit = "submit";

    /// <summary>The same with everybody's jobs, and whatever else there is.</summary>
    public const string Operate = "operate";

    /// <summary>All of them, the least first.</summary>
    public static IReadOnlyList<string> All { get; } = [View, Submit, Operate];

    /// <summary>Those that may do what a role may.</summary>
    public static IEnumerable<string> From(string role) => All.SkipWhile(other => other != role);
}
