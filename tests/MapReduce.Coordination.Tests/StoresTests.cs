using MapReduce.Protocol.Execution;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>Which attempts may have left something in a store that is to be given up.</summary>
public sealed class StoresTests
{
    private static readonly Products WithTicket = new() { Totals = new Totals(), Tickets = { new Ticket { Participant = "postgresql", Connection = "warehouse", Text = "share" } } };

    [Fact]
    public void Attempts_that_have_failed_or_were_overtaken_are_out_and_those_that_count_or_run_are_not()
    {
        var job = Planned(maps: 3, reduces: 0);
        var failed = job.Grant(Map(0), Worker(1));
        job.Fail(failed, FailureReason.ExecutorExited);
        var winner = job.Grant(Map(0), Worker(1));
        var overtaken = job.Grant(Map(0), Worker(2));
        job.Grant(Map(1), Worker(2));
        Assert.Equal([failed], job.AttemptsOut());
        job.Complete(winner);
        Assert.Equal([failed, overtaken], job.AttemptsOut());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lost_output_is_found_again_only_if_its_attempt_has_prepared_nothing(bool hasTicket)
    {
        var job = Planned(maps: 1, reduces: 1);
        var attempt = job.Grant(Map(0), Worker(1));
        job.Do(new JobCommand.Complete(attempt, First, [], Made: hasTicket ? WithTicket : new Products { Totals = new Totals() }));
        job.Do(new JobCommand.LoseWorker(Worker(1)));
        Assert.Equal([attempt], job.AttemptsOut());
        Assert.Equal(hasTicket ? 0 : 1, job.Do(new JobCommand.AnnounceOutput(attempt, Worker(3))).Count);
        Assert.Equal(hasTicket, job.AttemptsOut().Contains(attempt));
    }
}
