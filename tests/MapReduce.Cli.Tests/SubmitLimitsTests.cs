using System.Globalization;
using System.Reflection;
using CommandLine;
using MapReduce.Cli.Jobs;
using MapReduce.Cli.Run;
using MapReduce.Node.Http;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>What a cluster would refuse of a submission is said in the help, and before anything is built or sent.</summary>
public sealed class SubmitLimitsTests
{
    [Theory]
    [InlineData("attempts", "101", "Give a number from 1 to 100.")]
    [InlineData("partitions", "100001", "Give a number from 1 to 100000.")]
    [InlineData("priority", "1001", "Give a number from 1 to 1000.")]
    [InlineData("timeout", "604801", "Give a number of seconds, at most 604800.")]
    [InlineData("compress", "gzip", "Give --compress none, lz4 or zstd.")]
    [InlineData("name", "a\tb", "--name has a control character")]
    [InlineData("name", "long", "--name has 201 characters, and may have 200.")]
    [InlineData("input", "very long", "more than 48 KiB")]
    public void What_a_cluster_would_refuse_is_refused_at_once(string option, string value, string words)
    {
        string[] arguments = [$"--{option}", value switch { "long" => new string('n', 201), "very long" => new string('n', 50_000), _ => value }];
        AssertRefused(words, () => OptionParser.Parse<RunOptions>("run", ["no-job", "--output", "out", "--nodes", "1", .. arguments], options => RunVerb.Run(options, [])));
        AssertRefused(words, () => OptionParser.Parse<SubmitOptions>("submit", ["no-job", "--output", "out", .. arguments], options => SubmitVerb.Run(options, [])));
    }

    [Fact]
    public void A_token_has_its_limit_as_well()
        => AssertRefused("--token has 201 characters, and may have 200.", () => OptionParser.Parse<SubmitOptions>("submit", ["no-job", "--output", "out", "--token", new string('t', 201)], options => SubmitVerb.Run(options, [])));

    [Theory]
    [InlineData("attempts", SubmitLimits.MostAttempts)]
    [InlineData("partitions", SubmitLimits.MostPartitions)]
    [InlineData("priority", SubmitLimits.HighestPriority)]
    [InlineData("timeout", SubmitLimits.LongestTimeout)]
    [InlineData("name", SubmitLimits.MostCharacters)]
    public void The_help_says_the_limit(string option, int limit)
    {
        foreach (var options in (Type[])[typeof(SubmitOptions), typeof(RunOptions)])
            Assert.Contains(limit.ToString(CultureInfo.InvariantCulture), options.GetProperties().Select(property => property.GetCustomAttribute<OptionAttribute>()).Single(known => known?.LongName == option)!.HelpText, StringComparison.Ordinal);
    }

    private static void AssertRefused(string words, Action run)
    {
        var error = Assert.Throws<UserException>(run);
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }
}
