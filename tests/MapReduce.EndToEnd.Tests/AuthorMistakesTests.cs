using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class AuthorMistakesTests : IDisposable
{
    private readonly Sandbox sandbox = new();

    public void Dispose() => sandbox.Dispose();

    [Theory]
    [InlineData("ThrowingMapper", 1, "ThrowingMapper, stage 1, map", "FormatException", "in.txt' at offset 4: bad")]
    [InlineData("ThrowingReducer", 1, "ThrowingReducer, stage 1, reduce", "InvalidOperationException: This line is not wanted.", "at the key 'bad', value 1")]
    [InlineData("ThrowingSecondStage", 1, "ThrowingSecondStage, stage 2, map", "InvalidOperationException: This line is not wanted.", ": bad")]
    [InlineData("NullKey", 1, "NullKey, stage 1, map", "null", "in.txt' at offset 0: 1")]
    [InlineData("NullValue", 1, "NullValue, stage 1, map", "null", "in.txt' at offset 0: 1")]
    [InlineData("LostPartition", 1, "LostPartition, stage 1, map", "gave 3 for the key", "from 0 to 2")]
    [InlineData("ThrowingDefine", 1, "ThrowingDefine: Define threw InvalidOperationException: The stars are wrong.", "Mistakes.cs")]
    [InlineData("MoodyDefine", 5, "MoodyDefine: Define gives a different job each time")]
    [InlineData("LostResult", 5, "LostResult cannot run", "WriteText")]
    public void A_mistake_names_job_stage_record_and_cause(string job, int code, params string[] words)
    {
        var (actual, output, error) = Run(job);
        Assert.Equal((code, ""), (actual, output));
        foreach (var word in words) Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.Equal(["in.txt"], sandbox.Names);
    }

    [Fact]
    public void A_reducer_may_leave_its_values_unread()
    {
        Assert.Equal(0, Run("IdleReducer").Code);
        Assert.Equal("1\n2\n4\nbad\n", Mr.Run("cat", sandbox["out"]).Output);
    }

    [Fact]
    public void Keys_may_be_long()
    {
        Assert.Equal(0, Run("LongKeys").Code);
        var key = new string('k', 200_000);
        Assert.Equal($"{key}1\t1\n{key}2\t1\n{key}4\t1\n{key}bad\t1\n", Mr.Run("cat", sandbox["out"]).Output);
    }

    [Fact]
    public void Bad_records_are_quarantined_with_their_facts_when_asked()
    {
        Assert.Equal(0, Run("ThrowingMapper", "--skip-bad", "1").Code);
        Assert.Equal("n\t7\n", Mr.Run("cat", sandbox["out"]).Output);
        var quarantined = File.ReadAllText(Assert.Single(Directory.GetFiles(sandbox["out/_quarantine"])));
        foreach (var fact in (string[])["in.txt\"", "\"Offset\":4", "FormatException", "\"Text\":\"bad\""]) Assert.Contains(fact, quarantined, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1GiB", "More than 1 records are bad")]
    [InlineData("4", "At least 2 records of the job are bad, and 1 may be passed over")]
    public void More_bad_records_than_allowed_fail_the_job(string split, string words)
    {
        sandbox.Write("in.txt", "1\nbad\nworse\n");
        var (code, _, error) = Mr.Run("run", Mr.TestJobs, "--job", "ThrowingMapper", "--input", sandbox["in.txt"], "--output", sandbox["out"], "--skip-bad", "1", "--split", split);
        Assert.Equal(1, code);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    private (int Code, string Output, string Error) Run(string job, params string[] more)
        => Mr.Run(["run", Mr.TestJobs, "--job", job, "--input", sandbox.Write("in.txt", "1\n2\nbad\n4\n"), "--output", sandbox["out"], .. more]);
}
