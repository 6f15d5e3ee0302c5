using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class PiTests
{
    [Theory]
    [InlineData("1000", "3.1425")]
    [InlineData("100000", "3.141575")]
    public void Estimates_pi_from_a_fixed_sequence_of_points(string points, string estimate)
        => Assert.EndsWith($"\t{estimate}", Assert.Single(new JobTest { Arguments = ["--maps", "16", "--points", points] }.Execute<Pi.Pi>().Rows), StringComparison.Ordinal);
}
