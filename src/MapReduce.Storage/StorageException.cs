namespace MapReduce.Storage;

/// <summary>The kinds of storage failure.</summary>
public enum StorageError
{
    /// <summary>There is nothing at the path.</summary>
    NotFound,

    /// <summary>A pattern matches no file.</summary>
    NoMatch,

    /// <summary>The operating system refuses access.</summary>
    AccessDenied,

    /// <summary>The output is there already.</summary>
    OutputExists,

    /// <summary>Output and input lie within each other.</summary>
    OutputOverlapsInput,

    /// <summary>The disk has no room left.</summary>
    DiskFull,

    /// <summary>The scheme of a URI has no storage.</summary>
    UnknownScheme,

    /// <summary>Something else went wrong.</summary>
    Other,
}

/// <summary>Storage cannot do what was asked. The message names what, where and what to do.</summary>
public sealed class StorageException(StorageError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public StorageError Error { get; } = error;
}
