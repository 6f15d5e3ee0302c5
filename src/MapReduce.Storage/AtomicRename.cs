using System.Runtime.InteropServices;
using static MapReduce.Storage.UnixCalls;

namespace MapReduce.Storage;

/// <summary>Renames of folders that other processes see whole or not at all.</summary>
/// <remarks>
/// On Unix rename(2) puts a folder in the place of nothing or of an empty folder, in one step, and refuses everything else; Linux
/// (renameat2) and macOS (renamex_np) can also exchange two folders. Windows cannot, nor can some network file systems: there the old folder
/// is moved aside first, and for a moment nothing is at its place. <see cref="OutputFolder.CleanLeftovers"/> mends a crash in that moment.
/// </remarks>
internal static class AtomicRename
{
    /// <summary>What the folder that is moved aside is called: the name of the new one and this.</summary>
    public const string OldSuffix = "-old";

    /// <summary>Renames a folder to a name that nothing, or only an empty folder, has.</summary>
    /// <returns>False if something else has the name.</returns>
    public static bool ToNew(string source, string target)
    {
        if (OperatingSystem.IsWindows()) return ToNewOnWindows(source, target);
        if (Rename(source, target) == 0) return true;
        return Marshal.GetLastPInvokeError() is FileExists or NotAFolder or NotEmptyOnLinux or NotEmptyOnMac ? false : throw LastError(target);
    }

    /// <summary>Exchanges two folders; where the system cannot, the old one ends as <paramref name="source"/> with <see cref="OldSuffix"/>.</summary>
    /// <returns>False if there is nothing to exchange with.</returns>
    public static bool Exchange(string source, string target)
    {
        long result;
        if (OperatingSystem.IsLinux() && RenameAt2 is { } number) result = Rename(number, CurrentFolder, source, CurrentFolder, target, ExchangeOnLinux);
        else if (OperatingSystem.IsMacOS()) result = RenameOnMac(source, target, SwapOnMac);
        else
        {
            InTwoSteps(source, target);
            return true;
        }
        if (result == 0) return true;
        switch (Marshal.GetLastPInvokeError())
        {
            case NoEntry:
                return false;
            case Invalid or NotKnown or NotSupportedOnLinux or NotSupportedOnMac:
                InTwoSteps(source, target);
                return true;
            default:
                throw LastError(target);
        }
    }

    /// <summary>Moves the old folder aside and the new one to its place.</summary>
    internal static void InTwoSteps(string source, string target)
    {
        Directory.Move(target, source + OldSuffix);
        Directory.Move(source, target);
    }

    private static bool ToNewOnWindows(string source, string target)
    {
        if (File.Exists(target)) return false;
        if (Directory.Exists(target))
        {
            if (Directory.EnumerateFileSystemEntries(target).Any()) return false;
            Directory.Delete(target);
        }
        Directory.Move(source, target);
        return true;
    }
}
