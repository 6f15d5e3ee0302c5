using System.Runtime.InteropServices;

namespace MapReduce.Storage;

/// <summary>Calls of Unix that the framework does not offer.</summary>
internal static class UnixCalls
{
    public const int NoEntry = 2;
    public const int NoDevice = 6;
    public const int FileExists = 17;
    public const int NotAFolder = 20;
    public const int Invalid = 22;
    public const int NotKnown = 38;
    public const int NotSupportedOnLinux = 95;
    public const int NotSupportedOnMac = 45;
    public const int NotEmptyOnLinux = 39;
    public const int NotEmptyOnMac = 66;

    public const int ExchangeOnLinux = 2;
    public const uint SwapOnMac = 2;
    public const int CurrentFolder = -100;

    private const int NonBlockingOnLinux = 0x800;
    private const int NonBlockingOnMac = 0x4;
    private const int CloseOnExecuteOnLinux = 0x80000;
    private const int CloseOnExecuteOnMac = 0x1000000;

    /// <summary>Flags to open a file for reading without waiting for the other end of a pipe.</summary>
    public static int ReadWithoutWaiting => OperatingSystem.IsMacOS() ? NonBlockingOnMac | CloseOnExecuteOnMac : NonBlockingOnLinux | CloseOnExecuteOnLinux;

    /// <summary>The number of the system call renameat2, which not every C library wraps; null where it is not known.</summary>
    public static long? RenameAt2 => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 316,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 276,
        _ => null,
    };

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static extern long Rename(
        long number, int oldFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string oldPath, int newFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string newPath, int flags);

    [DllImport("libc", EntryPoint = "renamex_np", SetLastError = true)]
    public static extern int RenameOnMac([MarshalAs(UnmanagedType.LPUTF8Str)] string oldPath, [MarshalAs(UnmanagedType.LPUTF8Str)] string newPath, uint flags);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    public static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string oldPath, [MarshalAs(UnmanagedType.LPUTF8Str)] string newPath);

    [DllImport("libc", EntryPoint = "link")]
    public static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int file);

    /// <summary>The last error as the framework would throw it, so that it is typed in one place only.</summary>
    public static IOException LastError(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'.", error);
    }
}
