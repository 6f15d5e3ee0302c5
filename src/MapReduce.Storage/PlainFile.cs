using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Storage;

/// <summary>Opens files that may turn out to be something else.</summary>
internal static class PlainFile
{
    /// <summary>Opens what is at a path for reading, without waiting where it is a pipe. What is no file cannot seek.</summary>
    /// <exception cref="IOException">It cannot be opened: it is not there, or is a socket.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static FileStream Open(string path) => new(Handle(path), FileAccess.Read, bufferSize: 0);

    /// <summary>Where what is open lies, by the way that leads through no link; null where the system does not tell.</summary>
    public static string? PlaceOf(FileStream file)
        => OperatingSystem.IsLinux() ? new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}")).LinkTarget : null;

    private static SafeFileHandle Handle(string path)
    {
        if (OperatingSystem.IsWindows()) return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        var descriptor = UnixCalls.Open(path, UnixCalls.ReadWithoutWaiting);
        // The framework's own opening types the error; only a pipe would make it wait, and that has just been ruled out.
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : File.OpenHandle(path, share: FileShare.ReadWrite);
    }
}
