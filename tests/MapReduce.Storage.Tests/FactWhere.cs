using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>A test that needs a Unix.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "Needs a Unix.";
    }
}

/// <summary>A test that needs a Unix and a user whom permissions stop.</summary>
public sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) Skip = "Needs a Unix and a user other than root: root may read and write everything.";
    }
}

/// <summary>A test that needs Linux.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Needs Linux.";
    }
}
