using MapReduce.Testing;
using Xunit;

namespace NewJob.Tests;

public sealed class NewJobTests
{
    [Fact]
    public void Counts_words()
    {
        var result = JobTest.Run<NewJob>("the cat and the hat");
        Assert.Equal(["and\t1", "cat\t1", "hat\t1", "the\t2"], result.Rows);
        Assert.Equal(5, result.Counters["words"]);
    }

    [Fact]
    public void Passes_over_words_that_are_too_short()
    {
        var test = new JobTest { Inputs = [new("text", "a cat")], Arguments = ["--shortest", "2"] };
        Assert.Equal(["cat\t1"], test.Execute<NewJob>().Rows);
    }
}
