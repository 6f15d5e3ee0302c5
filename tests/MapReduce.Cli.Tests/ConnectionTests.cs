using MapReduce.Cli.Cluster;
using Xunit;

namespace MapReduce.Cli.Tests;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData(null, 20)]
    [InlineData("", 20)]
    [InlineData("0.5", 0.5)]
    [InlineData("86400", 86_400)]
    public void A_command_waits_as_long_as_the_environment_says(string? wanted, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Connection.Patience(wanted, 20));

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("86401")]
    public void What_is_no_time_to_wait_is_named_with_its_variable(string wanted)
    {
        var error = Assert.Throws<UserException>(() => Connection.Patience(wanted, 20));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains($"MAPREDUCE_PATIENCE is '{wanted}'", error.Message, StringComparison.Ordinal);
    }
}
