using System.Runtime.InteropServices;

namespace MapReduce.Storage.Tests;

/// <summary>Runs code as a user whom permissions stop, also where the tests run as root, who may read and write everything.</summary>
internal static partial class Unprivileged
{
    private const uint Nobody = 65534;

    public static void Run(TemporaryFolder folder, Action action)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            action();
            return;
        }
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        Exception? failure = null;
        // The user of file accesses belongs to a thread: the other tests keep theirs.
        var thread = new Thread(() =>
        {
            _ = SetUserOfFileAccesses(Nobody);
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
            finally
            {
                _ = SetUserOfFileAccesses(0);
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("It failed as another user.", failure);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetUserOfFileAccesses(uint user);
}
