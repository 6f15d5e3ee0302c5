namespace MapReduce.Storage;

/// <summary>Turns what the operating system says into what a user can act on.</summary>
internal static class Failures
{
    private const int DiskFullOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int QuotaOnMac = 69;
    private const int NameTooLongOnLinux = 36;
    private const int NameTooLongOnMac = 63;
    private const int ReadOnlyOnUnix = 30;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullOnWindows = unchecked((int)0x80070027);

    /// <summary>Does something that writes to <paramref name="path"/> and types its failures.</summary>
    public static void Writing(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw Writing(path, exception);
        }
    }

    /// <summary>Whether an exception comes from the file system rather than from a mistake in the program.</summary>
    public static bool IsOfFileSystem(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The failure of writing to <paramref name="path"/>.</summary>
    public static StorageException Writing(string path, Exception exception)
    {
        if (IsDiskFull(exception))
            return new StorageException(StorageError.DiskFull, $"The disk is full: cannot write '{path}'. Free some space, or choose an output folder on another disk.", exception);
        if (IsTooLong(exception))
            return new StorageException(StorageError.InvalidPath, $"The path '{path}' is too long for the file system. Choose a shorter output folder.", exception);
        if (exception is UnauthorizedAccessException || exception.HResult == ReadOnlyOnUnix)
            return new StorageException(StorageError.AccessDenied, $"'{path}' may not be written: {exception.Message} Choose another output folder, or ask for write access.", exception);
        return new StorageException(StorageError.Other, $"Cannot write '{path}': {exception.Message} Check the folder, or choose another output folder.", exception);
    }

    /// <summary>The failure of reading <paramref name="path"/>.</summary>
    public static StorageException Reading(string path, Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException when path.Contains('\uFFFD', StringComparison.Ordinal)
            => new StorageException(StorageError.Unreadable, $"The name of '{path}' is not valid UTF-8. Rename the file, or leave it out.", exception),
        FileNotFoundException or DirectoryNotFoundException
            => new StorageException(StorageError.NotFound, $"'{path}' points to nothing. Remove the broken link, or leave it out.", exception),
        PathTooLongException
            => new StorageException(StorageError.InvalidPath, $"The path '{path}' is too long for the file system. Check the path.", exception),
        UnauthorizedAccessException
            => new StorageException(StorageError.Unreadable, $"'{path}' may not be read. Ask for read access, or leave it out.", exception),
        _ => new StorageException(StorageError.Unreadable, $"'{path}' cannot be read: {exception.Message} Check the disk, or leave the file out.", exception),
    };

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public static bool IsDiskFull(Exception exception) => OperatingSystem.IsWindows()
        ? exception.HResult is DiskFullOnWindows or HandleDiskFullOnWindows
        : exception.HResult is DiskFullOnUnix || exception.HResult == (OperatingSystem.IsLinux() ? QuotaOnLinux : QuotaOnMac);

    private static bool IsTooLong(Exception exception)
        => exception is PathTooLongException || !OperatingSystem.IsWindows() && exception.HResult == (OperatingSystem.IsLinux() ? NameTooLongOnLinux : NameTooLongOnMac);
}
