using MapReduce.Confinement;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>A test that needs a kernel that confines executors.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConfiningFactAttribute : FactAttribute
{
    public ConfiningFactAttribute()
    {
        if (Kernel.Here.Lacks is { Count: > 0 } lacks) Skip = $"Needs what this kernel lacks: {string.Join("; ", lacks)}.";
    }
}
