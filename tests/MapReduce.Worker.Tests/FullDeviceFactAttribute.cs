using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>A test that writes to a device that is always full.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullDeviceFactAttribute : FactAttribute
{
    public FullDeviceFactAttribute()
    {
        if (!File.Exists("/dev/full")) Skip = "Needs the device /dev/full.";
    }
}
