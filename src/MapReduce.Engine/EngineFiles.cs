using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine;

/// <summary>Opens, reads and writes the engine's own files with errors that say which file and why.</summary>
internal static class EngineFiles
{
    private const int DiskFullOnWindows = unchecked((int)0x80070070);
    private const int DiskFullOnUnix = 28;

    public static SafeFileHandle Create(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("create", path, exception);
        }
    }

    public static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("open", path, exception);
        }
    }

    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("write", path, exception);
        }
    }

    /// <summary>Reads until <paramref name="target"/> is full or the file ends.</summary>
    /// <returns>The number of bytes read.</returns>
    public static int Read(SafeFileHandle file, Span<byte> target, long offset, string path)
    {
        try
        {
            var total = 0;
            while (total < target.Length)
            {
                var read = RandomAccess.Read(file, target[total..], offset + total);
                if (read == 0) break;
                total += read;
            }
            return total;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", path, exception);
        }
    }

    /// <summary>The typed error of a failed file operation.</summary>
    public static EngineException Failed(string operation, string path, Exception exception)
        => exception.HResult is DiskFullOnWindows or DiskFullOnUnix || exception.Message.Contains("No space left", StringComparison.Ordinal)
            ? new(EngineError.DiskFull, $"The disk is full: cannot {operation} '{path}'. Free some space, or choose another folder for intermediate data or output.", exception) { File = path }
            : new(EngineError.Storage, $"Cannot {operation} '{path}': {exception.Message}", exception) { File = path };
}
