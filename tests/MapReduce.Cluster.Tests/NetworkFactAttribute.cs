using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A test that needs network namespaces.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = Network.Missing;
}

/// <summary>A test with data that needs network namespaces.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkTheoryAttribute : TheoryAttribute
{
    public NetworkTheoryAttribute() => Skip = Network.Missing;
}
