using MapReduce.Confinement;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What a node says of a kernel that cannot confine executors as they should be.</summary>
public sealed class KernelTests
{
    private static readonly Kernel Whole = new(IsLinux: true, Landlock: 6, HasFilters: true);

    [Theory]
    [InlineData(0, true, "Landlock (Linux 5.13", "Landlock 6 (Linux 6.12)")]
    [InlineData(1, true, "Landlock 3 (Linux 6.2)", "Landlock 6 (Linux 6.12)")]
    [InlineData(4, true, "Landlock 6 (Linux 6.12)")]
    [InlineData(6, false, "seccomp")]
    public void What_is_missing_is_named_with_what_it_leaves_open(int landlock, bool filters, params string[] words)
    {
        var kernel = new Kernel(IsLinux: true, landlock, filters);
        Assert.Equal(words.Length, kernel.Lacks.Count);
        foreach (var word in words) Assert.Contains(word, kernel.Flaw(Isolation.Standard)!, StringComparison.Ordinal);
        Assert.Null(kernel.Flaw(Isolation.None));
    }

    [Fact]
    public void Nothing_is_said_of_one_that_has_all_and_all_of_another_system()
    {
        Assert.Null(Whole.Flaw(Isolation.RequiredStrict));
        Assert.Contains("required-strict", new Kernel(IsLinux: false, 0, HasFilters: false).Flaw(Isolation.RequiredStrict)!, StringComparison.Ordinal);
        Assert.Single(new Kernel(IsLinux: false, 0, HasFilters: false).Lacks);
    }
}
