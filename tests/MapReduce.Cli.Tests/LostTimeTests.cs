using MapReduce.Api;
using MapReduce.Cli.Diagnose;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>Why a job is slow, from its events alone.</summary>
public sealed class LostTimeTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_job_that_ran_well_has_no_cause()
    {
        var diagnosis = Even(new JobEvents()).Diagnose();
        Assert.Null(diagnosis.Cause);
        Assert.Empty(diagnosis.Findings);
        Assert.Contains("Nothing held it up", diagnosis.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_straggler_is_named_with_its_node_and_its_fellows()
    {
        var cause = Even(new JobEvents()).Ran("s0-m00009-a0", 60, "node-3", MiB).Diagnose().Cause!;
        Assert.Equal((FindingKind.Straggler, "s0-m00009", "node-3"), (cause.Kind, cause.Task, cause.Node));
        Assert.Contains("60.0 s", cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_that_still_runs_may_be_the_straggler()
        => Assert.Equal("s0-m00009-a0", Even(new JobEvents { Details = new JobEvents().Details with { RunningAttempts = 1 } }.Started("s0-m00009-a0", "node-2")).After(60).Runs().Diagnose().Cause!.Attempt);

    [Fact]
    public void Stragglers_that_all_ran_on_one_node_blame_the_node()
    {
        var cause = Even(new JobEvents()).Ran("s0-m00008-a0", 40, "node-3").Ran("s0-m00009-a0", 60, "node-3").Diagnose().Cause!;
        Assert.Equal((FindingKind.SlowNode, "node-3"), (cause.Kind, cause.Node));
    }

    [Fact]
    public void A_straggler_with_much_more_data_is_skew_and_the_key_is_named()
    {
        var story = new JobEvents { Details = new JobEvents().Details with { HotKeys = [new("the", 900_000), new("of", 4)] } };
        for (var reduce = 0; reduce < 6; reduce++) story.Ran($"s0-r0000{reduce}-a0", 2, bytes: 10 * MiB);
        var cause = story.Ran("s0-r00006-a0", 30, "node-2", 300 * MiB).Diagnose().Cause!;
        Assert.Equal((FindingKind.Skew, "s0-r00006"), (cause.Kind, cause.Task));
        Assert.Contains("'the'", cause.Sentence, StringComparison.Ordinal);
        Assert.Contains("300.0 MiB", cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_parts_are_told_with_the_file_and_what_to_look_at()
    {
        const string Message = "The file 'part-00001' of the output was damaged before it was published: '/data/.out.mr-1/private/s0-r00001-a0-000' has 3 bytes, and had 4 when its task ended. The disk is failing.";
        var cause = Even(new JobEvents()).Ran("s0-r00001-a0", 2).Damaged("s0-r00001-a0", Message, "node-2").Damaged("s0-r00002-a0", Message).Ran("s0-r00001-a1", 2).Diagnose().Cause!;
        Assert.Equal((FindingKind.DamagedPart, "s0-r00001", "node-2", "/data/.out.mr-1/private/s0-r00001-a0-000"), (cause.Kind, cause.Task, cause.Node, cause.File));
        Assert.Contains("2 tasks", cause.Sentence, StringComparison.Ordinal);
        Assert.Contains("made again", cause.Sentence, StringComparison.Ordinal);
        Assert.Contains("smartctl", cause.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Spills_and_fetch_retries_are_told_with_what_to_change()
    {
        var story = new JobEvents { Details = new JobEvents().Details with { SpilledBytes = 300 * MiB, ShuffleBytes = 600 * MiB } };
        Even(story).Failed("s0-r00000-a0", "FetchFailed", "cannot be fetched").Ran("s0-r00000-a1", 1);
        var diagnosis = story.Diagnose();
        var spills = Assert.Single(diagnosis.Findings, finding => finding.Kind == FindingKind.Spills);
        Assert.Contains("50 % of the shuffle", spills.Sentence, StringComparison.Ordinal);
        Assert.Contains("--memory", spills.Advice, StringComparison.Ordinal);
        Assert.Equal(FindingKind.FetchRetries, diagnosis.Cause!.Kind);
        Assert.Equal(("FetchFailed", 1, "s0-r00000-a0"), (diagnosis.Failures[0].Reason, diagnosis.Failures[0].Count, diagnosis.Failures[0].First));
    }

    [Fact]
    public void A_job_without_a_slot_waits_and_the_nodes_that_take_no_work_are_named()
    {
        var story = new JobEvents();
        story.Nodes[1] = story.Nodes[1] with { Quarantined = true };
        story.Nodes[2] = story.Nodes[2] with { Draining = true };
        story.Nodes[0] = story.Nodes[0] with { Busy = 2 };
        var cause = story.Runs().Diagnose().Cause!;
        Assert.Equal(FindingKind.Waiting, cause.Kind);
        Assert.Contains("2 of 2 slots", cause.Sentence, StringComparison.Ordinal);
        Assert.Contains("node-2 is quarantined; node-3 is draining", cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_tasks_on_many_slots_are_told()
    {
        var story = new JobEvents { Details = new JobEvents().Details with { InputBytes = 1L << 30, Stages = [new(true, 1, 1, 4, 4)] } };
        Assert.Equal(FindingKind.FewTasks, story.Ran("s0-m00000-a0", 1).Diagnose().Cause!.Kind);
    }

    [Fact]
    public void A_job_that_lost_a_node_and_went_on_says_what_that_cost()
    {
        var cause = Even(new JobEvents()).Failed("s0-m00009-a0", "WorkerLost", "The worker node-1#1 was lost.").Lost("s0-m00000-a0", "The worker node-1#1 that held it was lost.").Diagnose().Cause!;
        Assert.Equal(FindingKind.LostNode, cause.Kind);
        Assert.Contains("1 attempt and 1 map output", cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapper_that_is_not_deterministic_is_told_where_the_job_allows_it()
    {
        var cause = Even(new JobEvents()).Differs("s0-m00000-a1", "another output").Diagnose().Cause!;
        Assert.Equal((FindingKind.NotDeterministic, "s0-m00000"), (cause.Kind, cause.Task));
    }

    [Fact]
    public void A_share_that_came_damaged_from_a_whole_output_blames_the_way()
    {
        var diagnosis = Even(new JobEvents()).Failed("s0-r00000-a0", "FetchFailed", "A share of the output of s0-m00000-a0 was damaged between the disk of node-2, where it is whole, and node-1.").Ran("s0-r00000-a1", 1).Diagnose();
        Assert.Equal((FindingKind.CorruptSegment, "node-1"), (diagnosis.Cause!.Kind, diagnosis.Cause.Node));
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Kind == FindingKind.FetchRetries);
    }

    [Fact]
    public void What_failed_and_was_mended_by_trying_again_is_told()
    {
        var diagnosis = Even(new JobEvents()).Failed("s0-m00009-a0", "DiskFull", "The disk is full: cannot write '/x/y'.", "node-2").Ran("s0-m00009-a1", 1).Diagnose();
        Assert.Equal((FindingKind.DiskFull, "node-2", "/x/y"), (diagnosis.Cause!.Kind, diagnosis.Cause.Node, diagnosis.Cause.File));
        Assert.Contains("ran again", diagnosis.Cause.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_screen_shows_cause_place_and_what_to_do_in_lines_that_fit_and_without_control_characters()
    {
        var story = new JobEvents().Failed("s0-m00000-a0", "UserCode", "Counting, stage 1, map: FormatException: No\u001b[2J. The record is '/data/in/a.txt' at offset 7: \u001b[31mred. Mend the job or its input.\n   at Mine.Map() in /home/me/Counting.cs:line 12").JobFails();
        var text = DiagnosisText.Of(story.Diagnose(), ["said \u0007this"]);
        foreach (var words in (string[])["throwing-mapper (UserCode)", "/data/in/a.txt, offset 7", "Counting.cs:12", "s0-m00000-a0", "node-1, now up", "log       said ·this", "mr job replay 01234567 s0-m00000 --debug", "1 × UserCode"])
            Assert.Contains(words, text.ReplaceLineEndings("\n").Replace("\n          ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    private static JobEvents Even(JobEvents story)
    {
        for (var map = 0; map < 6; map++) story.Ran($"s0-m0000{map}-a0", 2, $"node-{1 + (map % 3)}", MiB);
        return story;
    }
}
