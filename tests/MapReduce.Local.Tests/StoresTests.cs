using MapReduce.Engine;
using MapReduce.Sdk;
using MapReduce.Storage;
using Xunit;

namespace MapReduce.Local.Tests;

public sealed class StoresTests
{
    [Theory]
    [InlineData(0, EngineError.BadOutput)]
    [InlineData(1, EngineError.Storage)]
    public void A_store_that_is_away_is_a_mistake_of_a_job_that_has_done_nothing_and_a_fault_to_one_that_has(int checks, EngineError error)
    {
        var sink = new LeavingSink(checks);
        var failure = Assert.Throws<JobFailedException>(() => InlineJob.Run(job => job.ReadNumbers(3, 1)
            .Map((long number, IEmitter<long, long> output) => output.Emit(number, number)).Aggregate(Sum.Of<long>())
            .Map((long key, long value, IEmitter<long, long> output) => output.Emit(key, value)).Aggregate(Sum.Of<long>())
            .WriteTo(sink).WriteText(job.Output), new() { Participants = [new Nobody()] }));
        Assert.Equal(error, failure.Error);
        Assert.Contains("The store is away.", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Answers so many questions whether it can take the rows, and is then away.</summary>
    private sealed class LeavingSink(int checks) : RowSink<long, long>
    {
        private int left = checks;

        public override string Participant => Nobody.Called;

        public override string Connection => "shop";

        public override string Target => "a table";

        public override void Check(StoreContext context, int prepared)
        {
            if (left-- <= 0) throw new StoreException(StoreError.Unavailable, "The store is away.");
        }

        public override RowSinkWriter<long, long> Open(StoreContext context) => throw new InvalidOperationException("No task writes before its stage is planned.");
    }

    /// <summary>Commits nothing, as nothing is prepared.</summary>
    private sealed class Nobody : ICommitParticipant
    {
        public const string Called = "nobody";

        public string Name => Called;

        public bool HasCommitted(JobCommit job) => false;

        public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
        {
        }

        public void Abort(JobCommit job)
        {
        }

        public void Recover(JobCommit job, Func<string, bool> isOut)
        {
        }
    }
}
