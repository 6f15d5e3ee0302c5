namespace MapReduce.Worker.Segments;

/// <summary>Tells whether two processes see the same disks: the same boot of the same kernel, the same mounts, the same user.</summary>
public static class Machine
{
    /// <summary>The same for such processes; empty where it cannot be told.</summary>
    public static string Identity { get; } = Find();

    private static string Find()
    {
        if (!OperatingSystem.IsLinux()) return "";
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var mounts = new FileInfo("/proc/self/ns/mnt").LinkTarget;
            return $"{boot} {mounts} {Environment.UserName}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
