using System.Collections.Concurrent;
using CsCheck;
using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class JobEventCodecTests
{
    // Lists are equal where they are the same.
    private static readonly IReadOnlyList<long> NoCounters = [];
    private static readonly Gen<DateTimeOffset> Times = Gen.Long[DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
    private static readonly Gen<TaskId> Tasks = Gen.Select(Gen.Int[0, 9], Gen.Enum<TaskKind>(), Gen.Int[0, 1_000_000], (stage, kind, index) => new TaskId(stage, kind, index));
    private static readonly Gen<AttemptId> Attempts = Gen.Select(Tasks, Gen.Int[0, 50], (task, number) => new AttemptId(task, number));
    private static readonly Gen<WorkerId> Workers = Gen.Select(Gen.String, Gen.Long, (node, incarnation) => new WorkerId(node, incarnation));
    private static readonly Gen<Failure> Failures = Gen.Select(Gen.Enum<FailureReason>(), Gen.String, (reason, message) => new Failure(reason, message));

    private static readonly Gen<JobEvent> Events = Gen.OneOf(
        Gen.Select(Times, Gen.Long, (at, epoch) => (JobEvent)new JobEvent.EpochClaimed(at, new Epoch(epoch))),
        Gen.Select(Times, Attempts, Workers, Times, (at, attempt, worker, deadline) => (JobEvent)new JobEvent.AttemptStarted(at, attempt, worker, deadline)),
        Gen.Select(Times, Attempts, Gen.String, Gen.Int, Gen.Int, (at, attempt, hash, maps, reduces) => (JobEvent)new JobEvent.StagePlanned(at, attempt, hash, maps, reduces)),
        Gen.Select(Times, Attempts, Workers, Failures, (at, attempt, worker, failure) => (JobEvent)new JobEvent.AttemptFailed(at, attempt, worker, failure)),
        Gen.Select(Times, Attempts, Workers, (at, attempt, worker) => (JobEvent)new JobEvent.AttemptRevoked(at, attempt, worker)),
        Gen.Select(Times, Attempts, Gen.String, (at, attempt, cause) => (JobEvent)new JobEvent.MapOutputLost(at, attempt, cause)),
        Gen.Select(Times, Attempts, Workers, Gen.Long, (at, attempt, worker, skipped) => (JobEvent)new JobEvent.AttemptSucceeded(at, attempt, worker, NoCounters, skipped, new Products { Totals = new Totals { RowsWritten = skipped } })),
        Gen.Select(Times, Gen.String, (at, name) => (JobEvent)new JobEvent.JobDefined(at, new Opened { Name = name })),
        Gen.Select(Times, Attempts, Workers, (at, attempt, worker) => (JobEvent)new JobEvent.MapOutputFound(at, attempt, worker)),
        Gen.Select(Times, Attempts, Gen.String, (at, attempt, message) => (JobEvent)new JobEvent.MapOutputDiffers(at, attempt, message)),
        Gen.Select(Times, Attempts, Workers, Gen.String, Gen.String, (at, attempt, worker, file, cause) => (JobEvent)new JobEvent.PartDamaged(at, attempt, worker, file, cause)),
        Gen.Select(Times, Attempts, Workers, Gen.String, Gen.String, (at, attempt, worker, file, cause) => (JobEvent)new JobEvent.DatasetDamaged(at, attempt, worker, file, cause)),
        Gen.Select(Times, Gen.Long, (at, epoch) => (JobEvent)new JobEvent.CommitDecided(at, new Epoch(epoch))),
        Times.Select(at => (JobEvent)new JobEvent.JobPublished(at)),
        Gen.Select(Times, Tasks, Gen.Bool, Failures, (at, task, has, failure) => (JobEvent)new JobEvent.JobFailed(at, has ? task : null, failure)),
        Times.Select(at => (JobEvent)new JobEvent.JobCancelled(at)));

    [Fact]
    public void Events_of_every_kind_come_back_from_their_bytes()
    {
        var kinds = new ConcurrentDictionary<Type, bool>();
        Events.Sample(@event =>
        {
            kinds[@event.GetType()] = true;
            var read = JobEventCodec.Read(JobEventCodec.Write(@event));
            if (read is JobEvent.AttemptSucceeded { Counters.Count: 0 } succeeded) read = succeeded with { Counters = NoCounters };
            Assert.Equal(@event, read);
        }, iter: 3000);
        Assert.Equal(typeof(JobEvent).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal), kinds.Keys.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Counters_come_back_and_an_event_of_a_task_is_small()
        => Gen.Select(Times, Attempts, Gen.Long.Array[0, 8], Gen.Long).Sample((at, attempt, counters, skipped) =>
        {
            var bytes = JobEventCodec.Write(new JobEvent.AttemptSucceeded(at, attempt, new WorkerId("node-3", 7), counters, skipped));
            var read = Assert.IsType<JobEvent.AttemptSucceeded>(JobEventCodec.Read(bytes));
            Assert.Equal((at, attempt, skipped), (read.At, read.Attempt, read.SkippedRecords));
            Assert.Equal(counters, read.Counters);
            Assert.True(bytes.Length < 160);
        });

    [Fact]
    public void Bytes_that_were_damaged_are_refused_or_are_another_event()
        => Gen.Select(Events, Gen.UInt, Gen.Byte).Sample((@event, position, change) =>
        {
            var bytes = JobEventCodec.Write(@event);
            bytes[position % bytes.Length] ^= change;
            try
            {
                JobEventCodec.Read(bytes);
            }
            catch (JournalException exception)
            {
                Assert.Contains("journal", exception.Message, StringComparison.Ordinal);
            }
        }, iter: 5000);

    [Fact]
    public void What_a_newer_program_wrote_is_refused_in_words()
    {
        var bytes = JobEventCodec.Write(new JobEvent.JobPublished(DateTimeOffset.UnixEpoch));
        bytes[1] = 2; // the version
        Assert.Contains("newer version", Assert.Throws<JournalException>(() => JobEventCodec.Read(bytes)).Message, StringComparison.Ordinal);
        // An event without any kind that is known here.
        Assert.Contains("does not know", Assert.Throws<JournalException>(() => JobEventCodec.Read(bytes.AsMemory(0, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_lacks_a_part_is_damaged()
    {
        var bytes = new Protocol.Journal.EventRecord { Version = 1, AttemptRevoked = new() }.ToByteArray();
        Assert.Contains("lacks its Attempt", Assert.Throws<JournalException>(() => JobEventCodec.Read(bytes)).Message, StringComparison.Ordinal);
    }
}
