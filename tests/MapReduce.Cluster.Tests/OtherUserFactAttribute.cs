using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A test that becomes another user of the machine, as root may.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OtherUserFactAttribute : FactAttribute
{
    public OtherUserFactAttribute() => Skip = Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv") ? null : "To become another user of the machine this needs root, and setpriv (util-linux).";
}
