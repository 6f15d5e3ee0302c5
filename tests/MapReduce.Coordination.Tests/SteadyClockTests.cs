using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>Somebody sets the system's clock while leases run.</summary>
public sealed class SteadyClockTests
{
    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_lease_runs_as_long_as_it_should_whatever_becomes_of_the_system_s_clock(int jump)
    {
        var system = new JumpingClock();
        var clock = new SteadyClock(system);
        var job = Planned(maps: 1, reduces: 0, new JobRules { LeaseDuration = TimeSpan.FromSeconds(10) });
        var grant = Assert.IsType<JobEvent.AttemptStarted>(Assert.Single(Do(job, new JobCommand.Grant(Map(0), Worker(1)), clock)));
        system.Pass(TimeSpan.FromSeconds(9));
        system.Jump(TimeSpan.FromSeconds(jump));
        Assert.Empty(Do(job, new JobCommand.Tick(), clock));
        Assert.True(job.Holds(grant.Attempt));
        system.Pass(TimeSpan.FromSeconds(2));
        var failed = Assert.IsType<JobEvent.AttemptFailed>(Assert.Single(Do(job, new JobCommand.Tick(), clock)));
        Assert.Equal(FailureReason.LeaseExpired, failed.Failure.Reason);
    }

    [Fact]
    public void A_master_whose_clock_is_hours_off_gives_leases_a_new_term_of_its_own()
    {
        var (first, second) = (new JumpingClock(), new JumpingClock());
        second.Jump(TimeSpan.FromHours(5));
        var job = Planned(maps: 1, reduces: 0, new JobRules { LeaseDuration = TimeSpan.FromSeconds(10) });
        Do(job, new JobCommand.Grant(Map(0), Worker(1)), new SteadyClock(first));
        var clock = new SteadyClock(second);
        Do(job, new JobCommand.ClaimEpoch(First.Next), clock);
        job.RenewAll(clock.Now);
        second.Pass(TimeSpan.FromSeconds(9));
        Assert.Empty(Do(job, new JobCommand.Tick(), clock));
        second.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(Do(job, new JobCommand.Tick(), clock));
    }

    private static IReadOnlyList<JobEvent> Do(JobState job, JobCommand command, SteadyClock clock)
    {
        var events = job.Decide(command, clock.Now);
        foreach (var @event in events) job.Apply(@event);
        return events;
    }

    /// <summary>A system's clock that can be set apart from its counter, as real ones can.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private TimeSpan passed;
        private TimeSpan jumped;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => passed.Ticks;

        public override DateTimeOffset GetUtcNow() => Start + passed + jumped;

        public void Pass(TimeSpan time) => passed += time;

        public void Jump(TimeSpan time) => jumped += time;
    }
}
