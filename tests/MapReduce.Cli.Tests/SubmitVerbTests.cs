using MapReduce.Api;
using MapReduce.Cli.Jobs;
using MapReduce.Storage;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>What the user of a job that failed is told of its inputs.</summary>
public sealed class SubmitVerbTests : IDisposable
{
    private const string Hint = "on this machine";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-submit-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("in.txt", "exists on this machine, but not on the nodes")]
    [InlineData("*.txt", "matches files on this machine, but none on the nodes")]
    public void An_input_that_only_this_machine_has_is_named(string input, string words)
    {
        var named = this[input];
        var failure = Missing(named);
        // It comes too late for the nodes.
        Write("in.txt");
        Assert.Contains($"'{named}' {words}", SubmitVerb.Explain(failure, [named], Job), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("*.csv")]
    public void An_input_that_nobody_has_is_not_taken_for_another_that_is_here(string input)
    {
        string[] inputs = [Write("in.txt"), this[input]];
        Assert.DoesNotContain(Hint, SubmitVerb.Explain(Missing(inputs), inputs, Job), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s0-m00000", "The compressed input '{0}' is damaged or cut short: unexpected end (after 3 decompressed bytes). Fetch or compress the file again.")]
    [InlineData("s0-m00000", "A record of '{0}' at offset 0 is longer than 67108864 bytes, the longest that can be read. Is this the right input format?")]
    [InlineData("s0-p", "'{0}' has 3 bytes, which is no multiple of the record length 2: its last record is cut short. Check the record length, or fetch the file again.")]
    public void An_input_that_the_nodes_have_and_cannot_read_is_not_said_to_be_missing_there(string task, string message)
    {
        var input = Write("in.gz");
        var failure = new FailureDetails("BadInput", string.Format(System.Globalization.CultureInfo.InvariantCulture, message, input), task);
        Assert.DoesNotContain(Hint, SubmitVerb.Explain(failure, [input], Job), StringComparison.Ordinal);
    }

    private const string Job = "0123456789abcdef0123456789abcdef";

    private string this[string name] => Path.Combine(folder, name);

    private string Write(string name)
    {
        File.WriteAllText(this[name], "a\nb");
        return this[name];
    }

    /// <summary>What a node says that does not have one of the inputs.</summary>
    private static FailureDetails Missing(params string[] inputs)
        => new("BadInput", Assert.Throws<StorageException>(() => InputListing.List(inputs)).Message, "s0-p");
}
