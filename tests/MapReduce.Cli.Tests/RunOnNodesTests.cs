using MapReduce.Api;
using MapReduce.Cli.Jobs;
using MapReduce.Cli.Run;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>The options of <c>mr run</c> that need nodes.</summary>
public sealed class RunOnNodesTests
{
    [Fact]
    public void What_a_run_on_nodes_of_its_own_is_told_is_submitted()
    {
        var request = Request("--name", "weighty", "--priority", "7", "--timeout", "1.5", "--memory-limit", "3GiB", "--non-determinism", "warn");
        Assert.Equal(("weighty", 7, 1.5, 3L << 30, "warn"), (request.Name, request.Priority, request.TimeoutSeconds, request.MemoryLimit, request.NonDeterminism));
        var plain = Request();
        Assert.Equal((null, 1, 0d, 0L, null), (plain.Name, plain.Priority, plain.TimeoutSeconds, plain.MemoryLimit, plain.NonDeterminism));
    }

    [Theory]
    [InlineData("--name", "weighty")]
    [InlineData("--priority", "7")]
    [InlineData("--timeout", "1.5")]
    [InlineData("--memory-limit", "3GiB")]
    [InlineData("--non-determinism", "warn")]
    public void A_run_in_one_process_refuses_what_only_nodes_can_do(string option, string value)
    {
        var error = Assert.Throws<UserException>(() => Parse(options => RunVerb.Run(options, []), option, value));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.Contains("--nodes", error.Message, StringComparison.Ordinal);
    }

    private static SubmitRequest Request(params string[] options)
    {
        SubmitRequest? request = null;
        Parse(parsed =>
        {
            request = SubmitVerb.Request(RunOnNodes.Submission(parsed), []);
            return ExitCode.Success;
        }, options);
        return request!;
    }

    private static void Parse(Func<RunOptions, ExitCode> run, params string[] options) => OptionParser.Parse("run", ["no-job", "--output", "out", .. options], run);
}
