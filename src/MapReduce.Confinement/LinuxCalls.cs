using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>Calls of Linux that the framework does not offer.</summary>
internal static unsafe partial class LinuxCalls
{
    // The same on every architecture.
    public const long LandlockCreateRuleset = 444;
    public const long LandlockAddRule = 445;
    public const long LandlockRestrictSelf = 446;
    public const long OpenAt2 = 437;

    public const int CurrentFolder = -100;

    public const int NoNewPrivileges = 38;
    public const int AdoptOrphans = 36;

    public const int OpenPathOnly = 0x200000;
    public const int CloseOnExecute = 0x80000;

    public const int SetFileFlags = 4;
    public const int SetOwner = 8;
    public const int SetSignal = 10;
    public const int DuplicateAbove = 1030;
    public const int NonBlocking = 0x800;
    public const int Signalling = 0x2000;

    public const int CoreSize = 4;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long Call(long number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    public static partial int ReadPrivileges(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    public static partial int WritePrivileges(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int Limit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, byte** arguments);

    /// <summary>The last error as the framework would throw it.</summary>
    /// <param name="what">What was tried, as the beginning of a sentence.</param>
    public static IOException LastError(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }
}
