using MapReduce.Api;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>The first cause of a failed job, from its events alone.</summary>
public sealed class FirstCauseTests
{
    private const string Threw = "Counting, stage 1, map: FormatException: The input string 'x' was not in a correct format. The record is '/data/in/a.txt' at offset 4711: x. Mend the job or its input, or pass over such records with --skip-bad N.\n   at System.Number.Throw()\n   at Mine.Counting.Map(TextLine line) in /home/me/Counting.cs:line 12";
    private const string ReduceThrew = "Counting, stage 1, reduce: InvalidOperationException: No. This happened at the key 'bad', value 1.\n   at Mine.Counting.Reduce() in /home/me/Counting.cs:line 30";

    [Fact]
    public void A_throwing_mapper_is_named_with_record_file_offset_and_line_of_code()
    {
        var cause = Cause(new JobEvents().Failed("s0-m00000-a0", "UserCode", Threw.Replace("4711", "0", StringComparison.Ordinal)).Failed("s0-m00000-a1", "UserCode", Threw, "node-2").JobFails());
        Assert.Equal((FindingKind.ThrowingMapper, "/data/in/a.txt", 0L, "x", "FormatException"), (cause.Kind, cause.File, cause.Offset, cause.Record, cause.Exception));
        Assert.Equal("Mine.Counting.Map(TextLine line) (/home/me/Counting.cs:12)", cause.Place);
        Assert.Equal(("s0-m00000-a0", "s0-m00000", "node-1", "up"), (cause.Attempt, cause.Task, cause.Node, cause.NodeState));
    }

    [Fact]
    public void A_record_that_fails_every_attempt_where_others_are_well_is_poison()
    {
        var cause = Cause(new JobEvents().Ran("s0-m00001-a0", 2).Failed("s0-m00000-a0", "UserCode", Threw).Failed("s0-m00000-a1", "UserCode", Threw, "node-2").JobFails());
        Assert.Equal((FindingKind.PoisonRecord, "/data/in/a.txt", 4711L), (cause.Kind, cause.File, cause.Offset));
        Assert.Contains("--skip-bad", cause.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_throwing_reducer_is_named_with_its_key()
    {
        var cause = Cause(new JobEvents().Ran("s0-m00000-a0", 2).Failed("s0-r00000-a0", "UserCode", ReduceThrew).JobFails());
        Assert.Equal((FindingKind.ThrowingReducer, "bad", "InvalidOperationException"), (cause.Kind, cause.Record, cause.Exception));
    }

    [Theory]
    [InlineData("Counting, stage 1, reduce: InvalidOperationException: No. This happened at the key 'bad'.\n   at Mine.Counting.Merge() in /home/me/Counting.cs:line 30", FindingKind.ThrowingReducer)]
    [InlineData("Counting, stage 1, map: InvalidOperationException: No. This happened in the combiner at the key 'bad', value 3.\n   at Mine.Counting.Combine()", FindingKind.ThrowingMapper)]
    [InlineData("Counting, stage 1, map: InvalidOperationException: No. This happened in the aggregator's Write at the key 'bad'.\n   at Mine.Counting.Write()", FindingKind.ThrowingMapper)]
    public void Code_that_throws_outside_of_any_record_is_named_with_its_key(string message, string kind)
    {
        var cause = Cause(new JobEvents().Ran("s0-m00000-a0", 2).Failed(kind == FindingKind.ThrowingReducer ? "s0-r00000-a0" : "s0-m00001-a0", "UserCode", message).JobFails());
        Assert.Equal((kind, "bad", "InvalidOperationException"), (cause.Kind, cause.Record, cause.Exception));
        Assert.Contains("at the key 'bad'", cause.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("--skip-bad", cause.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_throwing_definition_is_named()
        => Assert.Equal(FindingKind.ThrowingDefinition, Cause(new JobEvents().Failed("s0-p00000-a0", "UserCode", "Counting: Define threw InvalidOperationException: The stars are wrong.\n   at X()").JobFails()).Kind);

    [Theory]
    [InlineData("ExecutorExited", "The executor ended with code 7.", FindingKind.Exit)]
    [InlineData("ExecutorExited", "The executor ended with signal 6. It wrote last: Stack overflow.\nRepeated 80413 times", FindingKind.StackOverflow)]
    [InlineData("ExecutorExited", "The executor ended with signal 11.", FindingKind.Crash)]
    [InlineData("ExecutorExited", "The executor ended with signal 6. It wrote last: Unhandled exception. System.Exception: no", FindingKind.Crash)]
    [InlineData("ExecutorExited", "The executor ended with signal 9.", FindingKind.OutOfMemory)]
    [InlineData("ExecutorExited", "The executor ended with signal 6. It wrote last: Out of memory.", FindingKind.OutOfMemory)]
    [InlineData("OutOfMemory", "The executor used 3000 MiB of memory and may use 2048 MiB, so it was stopped.", FindingKind.OutOfMemory)]
    [InlineData("TimedOut", "The attempt made no progress for 600 s and was stopped.", FindingKind.EndlessLoop)]
    [InlineData("TooManyThreads", "The executor had more than 2000 threads, so it was stopped.", FindingKind.TooManyThreads)]
    [InlineData("Definition", "'/x/packages/1/Job.dll' needs something that is not beside it: Could not load file or assembly 'Lib'.", FindingKind.MissingDependency)]
    [InlineData("UserCode", "Counting, stage 1, map: FileNotFoundException: Could not load file or assembly 'Lib, Version=1.0.0.0'. The record is '/data/in' at offset 0: x", FindingKind.MissingDependency)]
    [InlineData("UserCode", "Counting, stage 1, map: DllNotFoundException: Unable to load shared library 'lib' or one of its dependencies. The record is '/data/in' at offset 0: x", FindingKind.MissingDependency)]
    [InlineData("Definition", "Counting has no output.", FindingKind.Definition)]
    [InlineData("CorruptData", "'/x/jobs/1/outputs/map-s0-m00000-a0' is damaged: checksum.", FindingKind.CorruptSegment)]
    [InlineData("DiskFull", "The disk is full: cannot write '/x/out/part'. Free some space, or choose another folder.", FindingKind.DiskFull)]
    [InlineData("InputChanged", "'/data/in/a.txt' changed after it was planned.", FindingKind.InputChanged)]
    [InlineData("BadInput", "'/data/in/a.gz' is truncated.", FindingKind.BadInput)]
    [InlineData("NotDeterministic", "The output of s0-m00001 made again differs from the first.", FindingKind.NotDeterministic)]
    [InlineData("DatabaseRefused", "The database refused 'copy into words': 23505 duplicate key.", FindingKind.DatabaseRefused)]
    [InlineData("Storage", "node-1: PostgreSQL at db.example does not answer.", FindingKind.DatabaseRefused)]
    [InlineData("UserCode", "Counting, stage 1, reduce: PostgresException: 23505: duplicate key. This happened at the key 'a', value 1.", FindingKind.DatabaseRefused)]
    [InlineData("TooManyBadRecords", "More than 3 records are bad; the last: Counting, stage 1, map: FormatException: No. The record is '/data/in' at offset 9: x. Allow more with --skip-bad, or mend the job or its input.", FindingKind.TooManyBadRecords)]
    [InlineData("LeaseExpired", "The attempt s0-m00000-a3 was not heard of for 10 s.", FindingKind.SilentNode)]
    [InlineData("BadOutput", "main:words(word,count): relation \"words\" does not exist.", FindingKind.DatabaseRefused)]
    [InlineData("UserCode", "main:words(word,count)word: duplicate key value violates unique constraint \"words_pkey\".", FindingKind.DatabaseRefused)]
    [InlineData("UserCode", "main:words: value too long for type character varying(2) (COPY words, line 1, column word).", FindingKind.DatabaseRefused)]
    [InlineData("BadInput", "main:SELECT nothing FROM words: column \"nothing\" does not exist.", FindingKind.DatabaseRefused)]
    [InlineData("UserCode", "Counting: Define threw InvalidOperationException: With table words: no.", FindingKind.ThrowingDefinition)]
    [InlineData("Storage", "The database of connection 'main' (host db, database d, user u) does not answer: Connection refused. Check that the server runs.", FindingKind.DatabaseRefused)]
    [InlineData("BadInput", "The database of connection 'main' (host db, database d, user u) refuses the login: no.", FindingKind.DatabaseRefused)]
    [InlineData("UserCode", "Counting, stage 1, map: the partition function gave 3 for the key 'x', but there are 3 partitions.", FindingKind.ThrowingMapper)]
    [InlineData("Storage", "node-1: Cannot open '/x/y': denied", FindingKind.Storage)]
    [InlineData("Publish", "The output '/data/out' was taken by somebody else.", FindingKind.Publish)]
    [InlineData("SomethingNew", "?", FindingKind.Other)]
    public void Each_reason_has_its_kind(string reason, string message, string kind)
    {
        var cause = Cause(new JobEvents().Failed("s0-m00000-a0", reason, message, "node-2").JobFails());
        Assert.Equal((kind, "node-2", "s0-m00000-a0"), (cause.Kind, cause.Node, cause.Attempt));
        Assert.NotEmpty(cause.Advice);
    }

    [Fact]
    public void A_part_that_is_damaged_each_time_is_no_output_that_is_in_the_way()
    {
        const string Message = "What s0-r00000 made was lost or damaged 2 times; the last time: The file 'part-00000' of the output was damaged before it was published.";
        var cause = Cause(new JobEvents().Damaged("s0-r00000-a0", "damaged").Damaged("s0-r00000-a1", "damaged").JobFails("s0-r00000", "Publish", Message));
        Assert.Equal((FindingKind.DamagedPart, "s0-r00000", Message), (cause.Kind, cause.Task, cause.Message));
    }

    [Fact]
    public void A_full_disk_is_named_with_its_node_and_file()
    {
        var cause = Cause(new JobEvents().Failed("s0-m00000-a0", "DiskFull", "The disk is full: cannot write '/x/out/part'. Free some space.", "node-3").JobFails());
        Assert.Equal(("/x/out/part", "node-3"), (cause.File, cause.Node));
        Assert.Contains("node-3", cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_that_most_attempts_failed_of_outweighs_one_that_came_first_by_chance()
    {
        var cause = Cause(new JobEvents().Failed("s0-m00000-a0", "LeaseExpired", "silent").Failed("s0-m00000-a1", "UserCode", Threw).Failed("s0-m00000-a2", "LeaseExpired", "silent").Failed("s0-m00000-a3", "LeaseExpired", "silent").JobFails());
        Assert.Equal((FindingKind.ThrowingMapper, "s0-m00000-a1"), (cause.Kind, cause.Attempt));
    }

    [Fact]
    public void The_first_of_two_reasons_counts_where_neither_outweighs()
    {
        var cause = Cause(new JobEvents().Failed("s0-m00000-a0", "DiskFull", "The disk is full: cannot write '/x'.").Failed("s0-m00000-a1", "Storage", "denied").JobFails());
        Assert.Equal(FindingKind.DiskFull, cause.Kind);
    }

    [Fact]
    public void Failures_of_other_tasks_are_no_cause()
    {
        var cause = Cause(new JobEvents().Failed("s0-m00007-a0", "DiskFull", "The disk is full.").Ran("s0-m00007-a1", 1).Failed("s0-m00000-a0", "TimedOut", "no progress").JobFails());
        Assert.Equal(FindingKind.EndlessLoop, cause.Kind);
    }

    [Fact]
    public void A_node_that_is_lost_again_and_again_is_the_cause()
    {
        var story = new JobEvents();
        for (var attempt = 0; attempt < 20; attempt++) story.Failed($"s0-m00000-a{attempt}", "WorkerLost", $"The worker node-2#{attempt} was lost.", "node-2");
        story.Nodes.RemoveAt(1);
        var cause = Cause(story.JobFails());
        Assert.Equal((FindingKind.LostNode, "node-2", "gone"), (cause.Kind, cause.Node, cause.NodeState));
    }

    [Fact]
    public void A_fetch_that_fails_because_a_node_is_lost_names_the_node()
    {
        // The reducer meets the silence of the node before the cluster does.
        var story = new JobEvents().Ran("s0-m00000-a0", 1, "node-2").Failed("s0-r00000-a0", "FetchFailed", "The output of s0-m00000-a0 cannot be fetched from http://127.0.0.1:4602/: Connection refused", "node-1")
            .Lost("s0-m00000-a0", "The output of s0-m00000-a0 cannot be fetched from http://127.0.0.1:4602/: Connection refused")
            .Failed("s0-m00001-a0", "WorkerLost", "The worker node-2#1 was lost.", "node-2");
        story.Nodes.RemoveAt(1);
        var cause = story.Diagnose().Cause!;
        Assert.Equal((FindingKind.LostNode, "node-2", "gone"), (cause.Kind, cause.Node, cause.NodeState));
    }

    [Fact]
    public void A_job_that_failed_of_lost_outputs_names_the_node_that_had_them()
    {
        var story = new JobEvents().Ran("s0-m00000-a0", 1, "node-2").Failed("s0-r00000-a0", "FetchFailed", "cannot be fetched").Lost("s0-m00000-a0", "cannot be fetched");
        story.Nodes.RemoveAt(1);
        var cause = Cause(story.JobFails("s0-m00000", "WorkerLost", "The output of s0-m00000 was lost 20 times"));
        Assert.Equal((FindingKind.LostNode, "node-2", "s0-m00000"), (cause.Kind, cause.Node, cause.Task));
    }

    [Theory]
    [InlineData("http://127.0.0.1:4602/ has no output of s0-m00000-a0.", FindingKind.LostMapOutput)]
    [InlineData("The output of s0-m00000-a0 on http://127.0.0.1:4602/ is damaged.", FindingKind.CorruptSegment)]
    public void An_output_that_is_gone_or_damaged_on_a_living_node_is_told_apart(string message, string kind)
    {
        var cause = new JobEvents().Ran("s0-m00000-a0", 1, "node-2").Failed("s0-r00000-a0", "FetchFailed", message).Lost("s0-m00000-a0", message).Ran("s0-m00000-a1", 1).Ran("s0-r00000-a1", 1).Diagnose().Cause!;
        Assert.Equal((kind, "node-2", "up"), (cause.Kind, cause.Node, cause.NodeState));
    }

    private static Finding Cause(JobEvents story)
    {
        var diagnosis = story.Diagnose();
        Assert.Contains(diagnosis.Cause!.Sentence, diagnosis.Summary, StringComparison.Ordinal);
        return diagnosis.Cause;
    }
}
