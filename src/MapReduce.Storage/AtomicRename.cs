using System.Runtime.InteropServices;

namespace MapReduce.Storage;

/// <summary>Renames of folders that other processes see whole or not at all.</summary>
/// <remarks>
/// Linux (renameat2) and macOS (renamex_np) exchange two folders in one step. Windows cannot: there the old output is moved aside first, and
/// for a moment nothing is at its place.
/// </remarks>
internal static class AtomicRename
{
    private const int CurrentFolder = -100;
    private const uint NoReplaceOnLinux = 1;
    private const uint ExchangeOnLinux = 2;
    private const uint ExclusiveOnMac = 4;
    private const uint SwapOnMac = 2;
    private const int FileExists = 17;
    private const int NotEmptyOnLinux = 39;
    private const int NotEmptyOnMac = 66;

    /// <summary>Renames a folder to a name that nothing has.</summary>
    public static void ToNew(string source, string target)
    {
        if (OperatingSystem.IsLinux()) Check(RenameOnLinux(CurrentFolder, source, CurrentFolder, target, NoReplaceOnLinux), target, () => Directory.Move(source, target));
        else if (OperatingSystem.IsMacOS()) Check(RenameOnMac(source, target, ExclusiveOnMac), target, () => Directory.Move(source, target));
        else Directory.Move(source, target);
    }

    /// <summary>Exchanges two folders.</summary>
    public static void Exchange(string source, string target)
    {
        if (OperatingSystem.IsLinux()) Check(RenameOnLinux(CurrentFolder, source, CurrentFolder, target, ExchangeOnLinux), target, () => InTwoSteps(source, target));
        else if (OperatingSystem.IsMacOS()) Check(RenameOnMac(source, target, SwapOnMac), target, () => InTwoSteps(source, target));
        else InTwoSteps(source, target);
    }

    private static void InTwoSteps(string source, string target)
    {
        Directory.Move(target, source + "-old");
        Directory.Move(source, target);
    }

    private static void Check(int result, string target, Action otherwise)
    {
        if (result == 0) return;
        switch (Marshal.GetLastPInvokeError())
        {
            case FileExists or NotEmptyOnLinux or NotEmptyOnMac:
                throw new StorageException(StorageError.OutputExists, $"The output '{target}' has appeared while the job ran. Remove it, or run the job again with --overwrite.");
            default:
                // Some file systems know no such rename; theirs is the next best.
                otherwise();
                break;
        }
    }

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static extern int RenameOnLinux(
        int oldFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string oldPath, int newFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string newPath, uint flags);

    [DllImport("libc", EntryPoint = "renamex_np", SetLastError = true)]
    private static extern int RenameOnMac([MarshalAs(UnmanagedType.LPUTF8Str)] string oldPath, [MarshalAs(UnmanagedType.LPUTF8Str)] string newPath, uint flags);
}
