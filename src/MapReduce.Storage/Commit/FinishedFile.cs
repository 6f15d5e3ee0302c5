namespace MapReduce.Storage;

/// <summary>Says what has become of a file since the task ended that wrote it.</summary>
internal static class FinishedFile
{
    /// <summary>What is wrong with a file; null where it is as its task left it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">How long it was.</param>
    /// <param name="hash">Its XXH128 then, in hexadecimal digits; null to compare the length only.</param>
    /// <exception cref="IOException">That cannot be said now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be looked at.</exception>
    public static string? Fault(string path, long bytes, string? hash)
    {
        try
        {
            // As a rule one question to the file system. Before a file is called damaged it is opened, because network file systems may answer from memory; an empty one may be a pipe.
            if (hash is null && bytes > 0 && new FileInfo(path).Length == bytes) return null;
        }
        catch (FileNotFoundException)
        {
        }
        if (Directory.Exists(path)) return NoFile(path);
        try
        {
            using var file = PlainFile.Open(path);
            if (!file.CanSeek) return NoFile(path);
            if (file.Length != bytes) return $"'{path}' has {file.Length} bytes, and had {bytes} when its task ended";
            return hash is null ? null : ContentFault(path, file, hash);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"'{path}' is not there any more";
        }
        catch (IOException exception) when (exception.HResult == UnixCalls.NoDevice)
        {
            // A socket.
            return NoFile(path);
        }
    }

    private static string NoFile(string path) => $"'{path}' is no file, but a folder, a pipe, a socket or a device";

    private static string? ContentFault(string path, FileStream file, string expected)
    {
        var hash = new System.IO.Hashing.XxHash128();
        try
        {
            hash.Append(file);
        }
        catch (IOException exception)
        {
            // It could be opened, so the storage is there.
            return $"'{path}' cannot be read to its end ({exception.Message.TrimEnd('.')})";
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash()) == expected ? null : $"'{path}' has other bytes than when its task ended";
    }
}
