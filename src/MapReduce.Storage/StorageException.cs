namespace MapReduce.Storage;

/// <summary>The kinds of storage failure.</summary>
public enum StorageError
{
    /// <summary>There is nothing at the path.</summary>
    NotFound,

    /// <summary>A pattern matches no file.</summary>
    NoMatch,

    /// <summary>An input is there and may not be read, or another program holds it.</summary>
    Unreadable,

    /// <summary>An input is neither a file nor a folder: a pipe, a socket or a device.</summary>
    NotAFile,

    /// <summary>The text is no path: it is empty, damaged, or too long for the file system.</summary>
    InvalidPath,

    /// <summary>The scheme of a URI has no storage.</summary>
    UnknownScheme,

    /// <summary>The operating system refuses to let an output be written.</summary>
    AccessDenied,

    /// <summary>The output is there already.</summary>
    OutputExists,

    /// <summary>Output and input lie within each other.</summary>
    OutputOverlapsInput,

    /// <summary>The disk has no room left, or the user's quota is used up.</summary>
    DiskFull,

    /// <summary>What was prepared to be committed is gone.</summary>
    Lost,

    /// <summary>A finished file of an output is gone, or is not as the task left it that wrote it.</summary>
    Damaged,

    /// <summary>Something else went wrong.</summary>
    Other,
}

/// <summary>Storage cannot do what was asked. The message names what, where and what to do.</summary>
public sealed class StorageException(StorageError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public StorageError Error { get; } = error;

    /// <summary>Whether the user has to look at the input, rather than at the output.</summary>
    public bool IsAboutInput => Error is StorageError.NotFound or StorageError.NoMatch or StorageError.Unreadable or StorageError.NotAFile or StorageError.UnknownScheme;
}
