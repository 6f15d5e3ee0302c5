using System.Diagnostics;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class DiskFullTests : IDisposable
{
    private readonly Sandbox sandbox = new();
    private readonly string disk;

    public DiskFullTests()
    {
        disk = Directory.CreateDirectory(sandbox["disk"]).FullName;
        if (MountFactAttribute.CanMount) Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk));
    }

    public void Dispose()
    {
        if (MountFactAttribute.CanMount) Run("umount", disk);
        sandbox.Dispose();
    }

    [MountFact]
    public void A_full_disk_under_the_output_is_named_and_left_empty() => AssertFull("--output", Path.Combine(disk, "out"));

    [MountFact]
    public void A_full_disk_under_intermediate_data_is_named_and_left_empty()
    {
        AssertFull("--output", sandbox["out"], "--spill", disk, "--no-keep");
        Assert.False(Directory.Exists(sandbox["out"]));
    }

    private void AssertFull(params string[] arguments)
    {
        var input = sandbox.Write("in.txt", string.Join('\n', Enumerable.Range(0, 300_000).Select(i => $"line {i * 7919 % 300_007}")));
        var (code, _, error) = Mr.Run(["run", Mr.Job("Sort"), "--input", input, .. arguments]);
        Assert.Equal(4, code);
        Assert.Contains("full", error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(disk, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}

/// <summary>A test that mounts a small disk.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    public static bool CanMount { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public MountFactAttribute()
    {
        if (!CanMount) Skip = "Needs Linux and root, to mount a disk of 1 MiB.";
    }
}
