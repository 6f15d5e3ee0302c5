namespace MapReduce.Sdk;

/// <summary>The absent key or value, for pairs of which only one side matters.</summary>
public readonly record struct None
{
    /// <summary>The only value.</summary>
    public static None Value => default;
}
