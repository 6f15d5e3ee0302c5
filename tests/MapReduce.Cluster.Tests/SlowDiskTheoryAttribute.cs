using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A test with data that needs a slow disk.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowDiskTheoryAttribute : TheoryAttribute
{
    public SlowDiskTheoryAttribute() => Skip = SlowDisk.Missing;
}
