namespace MapReduce.Sdk;

/// <summary>The ways in which a store, such as a database, can fail a job.</summary>
public enum StoreError
{
    /// <summary>It is not as the job needs it: no such table, another type, no permission. Trying again cannot help.</summary>
    Unusable,

    /// <summary>It does not answer, or broke off. Trying again may help.</summary>
    Unavailable,

    /// <summary>It refuses a row that the job made.</summary>
    Refused,
}

/// <summary>A store cannot do what was asked. The message names the store, what was wrong and what to do, and never a secret.</summary>
public sealed class StoreException(StoreError error, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public StoreError Error { get; } = error;
}
