using System.Runtime.InteropServices;

namespace MapReduce.Storage;

/// <summary>Makes what was written survive a loss of power.</summary>
internal static class Durable
{
    /// <summary>Syncs the entries of a folder and of all folders below it; the files in them are synced by who writes them.</summary>
    public static void SyncFolders(string folder)
    {
        // A link leads out, or in a circle.
        foreach (var child in Directory.EnumerateDirectories(folder).Where(child => new DirectoryInfo(child).LinkTarget is null)) SyncFolders(child);
        SyncFolder(folder);
    }

    /// <summary>Syncs the entries of a folder, such as a rename in it. Windows does that by itself.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = UnixCalls.Open(folder, UnixCalls.ReadWithoutWaiting);
        if (descriptor < 0) throw UnixCalls.LastError(folder);
        try
        {
            // Some network file systems cannot sync a folder; their renames are durable or nobody can make them so.
            if (UnixCalls.Sync(descriptor) < 0 && Marshal.GetLastPInvokeError() != UnixCalls.Invalid) throw UnixCalls.LastError(folder);
        }
        finally
        {
            _ = UnixCalls.Close(descriptor);
        }
    }
}
