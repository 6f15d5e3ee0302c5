using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>Mappers and reducers that are disposable are disposed of at the end of their attempt, however it ends.</summary>
public sealed class DisposalTests
{
    private readonly List<string> told = [];
    private readonly HashSet<string> failing = [];

    [Fact]
    public void They_are_disposed_of_after_they_were_closed()
    {
        Run("nowhere", job => job.ReadLines(job.Inputs).Map(() => new Mapper(this)).Reduce(() => new Reducer(this)).WriteText(job.Output));
        Assert.Equal(["mapper made", "mapper closed", "mapper disposed", "reducer made", "reducer closed", "reducer disposed"], told);
    }

    [Theory]
    [InlineData("mapper set up", "mapper made", "mapper disposed")]
    [InlineData("mapper at work", "mapper made", "mapper disposed")]
    [InlineData("mapper closed", "mapper made", "mapper disposed")]
    [InlineData("mapper disposed", "mapper made", "mapper closed", "mapper disposed")]
    [InlineData("reducer set up", "reducer made", "reducer disposed")]
    [InlineData("reducer at work", "reducer made", "reducer disposed")]
    [InlineData("reducer closed", "reducer made", "reducer disposed")]
    [InlineData("reducer disposed", "reducer made", "reducer closed", "reducer disposed")]
    public void They_are_disposed_of_once_when_the_attempt_fails(string where, params string[] expected)
    {
        var error = Assert.Throws<JobFailedException>(() => Run(where, job => job.ReadLines(job.Inputs).Map(() => new Mapper(this)).Reduce(() => new Reducer(this)).WriteText(job.Output)));
        Assert.Contains("InvalidOperationException: No.", error.Message, StringComparison.Ordinal);
        Assert.Equal(expected, told.Where(line => line.StartsWith(where[..6], StringComparison.Ordinal)));
    }

    [Fact]
    public void What_they_throw_then_does_not_hide_why_the_attempt_failed()
    {
        failing.Add("mapper disposed");
        var error = Assert.Throws<JobFailedException>(() => Run("mapper at work", job => job.ReadLines(job.Inputs).Map(() => new Mapper(this)).Sort().WriteText(job.Output)));
        Assert.Contains("at offset 0: a", error.Message, StringComparison.Ordinal);
        Assert.Equal(["mapper made", "mapper disposed"], told);
    }

    [Fact]
    public void Those_that_sampled_keys_are_disposed_of_too()
    {
        Run("nowhere", job => job.ReadLines(job.Inputs).Map(() => new Mapper(this)).TotalOrder().Partitions(2).Sort().WriteText(job.Output));
        Assert.Equal(told.Count(line => line == "mapper made"), told.Count(line => line == "mapper disposed"));
        Assert.True(told.Count(line => line == "mapper made") > 1);
    }

    private void Run(string where, Action<JobBuilder> define)
    {
        failing.Add(where);
        InlineJob.Run(define, new() { Slots = 1, Partitions = 1 }, "a\nb\n");
    }

    private void At(string place)
    {
        if (failing.Contains(place)) throw new InvalidOperationException("No.");
    }

    private sealed class Mapper : IMapper<TextLine, string, long>, IDisposable
    {
        private readonly DisposalTests test;

        public Mapper(DisposalTests test)
        {
            this.test = test;
            test.told.Add("mapper made");
        }

        public void Setup(TaskContext context) => test.At("mapper set up");

        public void Map(TextLine record, IEmitter<string, long> output)
        {
            test.At("mapper at work");
            output.Emit(record.ToString(), 1);
        }

        public void Close(IEmitter<string, long> output)
        {
            test.At("mapper closed");
            test.told.Add("mapper closed");
        }

        public void Dispose()
        {
            // The attempt is still there to be asked.
            _ = TaskContext.Current.ScratchFolder;
            test.told.Add("mapper disposed");
            test.At("mapper disposed");
        }
    }

    private sealed class Reducer : IReducer<string, long, string, long>, IDisposable
    {
        private readonly DisposalTests test;

        public Reducer(DisposalTests test)
        {
            this.test = test;
            test.told.Add("reducer made");
        }

        public void Setup(TaskContext context) => test.At("reducer set up");

        public void Reduce(string key, Values<long> values, IEmitter<string, long> output) => test.At("reducer at work");

        public void Close(IEmitter<string, long> output)
        {
            test.At("reducer closed");
            test.told.Add("reducer closed");
        }

        public void Dispose()
        {
            _ = TaskContext.Current.ScratchFolder;
            test.told.Add("reducer disposed");
            test.At("reducer disposed");
        }
    }
}
