using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Reports as code of a job could forge them, over the connection of its executor.</summary>
public sealed class ReportCheckTests
{
    private static readonly AttemptId Attempt = new(new TaskId(0, TaskKind.Reduce, 7), 1);
    private static readonly Folders Places = new() { Staging = Path.Combine(Path.GetTempPath(), "private"), Shared = Path.Combine(Path.GetTempPath(), "scratch") };
    private static readonly Opened Definition = new() { Stages = { new Stage() }, Counters = { "seen" }, Stores = { new Store { Participant = "postgresql", Connection = "warehouse" } } };

    private static readonly Dictionary<string, Action<FromExecutor>> Results = new()
    {
        ["another kind of task"] = result => result.Mapped = new Mapped { Attempt = result.Reduced.Attempt, Products = result.Reduced.Products },
        ["nothing"] = result => result.ClearMessage(),
        ["a definition"] = result => result.Opened = Definition.Clone(),
        ["another attempt"] = result => result.Reduced.Attempt.Number++,
        ["no attempt"] = result => result.Reduced.Attempt = null,
        ["no products"] = result => result.Reduced.Products = null,
        ["no totals"] = result => result.Reduced.Products.Totals = null,
        ["fewer records than none"] = result => result.Reduced.Products.Totals.RecordsRead = -1,
        ["fewer bytes than none"] = result => result.Reduced.Products.Totals.BytesWritten = -1,
        ["fewer bad records than none"] = result => result.Reduced.Products.Totals.RecordsSkipped = -1,
        ["more counters than declared"] = result => result.Reduced.Products.Totals.Counters.Add(1),
        ["a part shorter than nothing"] = result => result.Reduced.Products.Parts[0].Length = -1,
        ["a part with fewer rows than none"] = result => result.Reduced.Products.Parts[0].Rows = -1,
        ["a part without a name"] = result => result.Reduced.Products.Parts[0].Name = "",
        ["a part with two lines in its name"] = result => result.Reduced.Products.Parts[0].Name = "part-00007\n/etc/passwd",
        ["a part twice"] = result => result.Reduced.Products.Parts.Add(result.Reduced.Products.Parts[0].Clone()),
        ["a part anywhere"] = result => result.Reduced.Products.Parts[0].PrivatePath = Path.Combine(Path.GetTempPath(), $"{Attempt}-000"),
        ["a part by a way around"] = result => result.Reduced.Products.Parts[0].PrivatePath = Path.Combine(Places.Staging, "..", "token", $"{Attempt}-000"),
        ["a part in a folder"] = result => result.Reduced.Products.Parts[0].PrivatePath = Path.Combine(Places.Staging, $"{Attempt}-000", $"{Attempt}-000"),
        ["a part of another attempt"] = result => result.Reduced.Products.Parts[0].PrivatePath = Path.Combine(Places.Staging, "s0-r00007-a0-000"),
        ["a part of no number"] = result => result.Reduced.Products.Parts[0].PrivatePath = Path.Combine(Places.Staging, $"{Attempt}-\n"),
        ["a dataset shorter than nothing"] = result => result.Reduced.Products.Datasets[0].RawLength = -1,
        ["a dataset of no channel"] = result => result.Reduced.Products.Datasets[0].Channel = -1,
        ["a dataset anywhere"] = result => result.Reduced.Products.Datasets[0].Path = Path.Combine(Places.Staging, $"dataset-0-0-00007-{Attempt}"),
        ["a dataset of another attempt"] = result => result.Reduced.Products.Datasets[0].Path = Path.Combine(Places.Shared, "dataset-0-0-00007-s0-r00007-a0"),
        ["a ticket of another store"] = result => result.Reduced.Products.Tickets[0].Connection = "payroll",
        ["a ticket of another participant"] = result => result.Reduced.Products.Tickets[0].Participant = "oracle",
        ["a ticket of files"] = result => result.Reduced.Products.Tickets[0].Participant = "files",
    };

    private static readonly Dictionary<string, Action<FromExecutor>> Answers = new()
    {
        ["nothing"] = answer => answer.ClearMessage(),
        ["a result"] = answer => answer.Mapped = new Mapped(),
        ["no stage"] = answer => answer.Opened.Stages.Clear(),
        ["too many stages"] = answer => answer.Opened.Stages.Add(Enumerable.Range(0, 1000).Select(_ => new Stage())),
        ["a stage that waits for itself"] = answer => answer.Opened.Stages[0].DependsOn.Add(0),
        ["a stage that waits for none"] = answer => answer.Opened.Stages[0].DependsOn.Add(-1),
        ["too many counters"] = answer => answer.Opened.Counters.Add(Enumerable.Range(0, 10_000).Select(counter => $"counter {counter}")),
        ["files as a store"] = answer => answer.Opened.Stores[0].Participant = "files",
    };

    public static TheoryData<string> ForgedResults => [.. Results.Keys];

    public static TheoryData<string> ForgedAnswers => [.. Answers.Keys];

    [Fact]
    public void What_an_executor_says_that_nobody_has_forged_passes()
    {
        ReportCheck.Answer(Opening());
        ReportCheck.Answer(Failed());
        Check(Reduced());
        Check(Failed());
    }

    [Fact]
    public void A_counter_may_count_down()
    {
        var result = Reduced();
        result.Reduced.Products.Totals.Counters[0] = -3;
        Check(result);
    }

    [Theory]
    [MemberData(nameof(ForgedResults))]
    public void A_forged_result_is_a_failure_of_the_job_s_code(string forgery)
    {
        var result = Reduced();
        Results[forgery](result);
        AssertNonsense(() => Check(result));
    }

    [Theory]
    [MemberData(nameof(ForgedAnswers))]
    public void A_forged_answer_is_a_failure_of_the_job_s_code(string forgery)
    {
        var answer = Opening();
        Answers[forgery](answer);
        AssertNonsense(() => ReportCheck.Answer(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("09")]
    [InlineData("03010000000000")]
    [InlineData("030000000101000101018080FA0100")]
    [InlineData("030000000101000101018080FA01")]
    [InlineData("03000001000000010000000000")]
    public void What_is_no_plan_of_the_stage_is_a_failure_of_the_job_s_code(string bytes)
        => AssertNonsense(() => ReportCheck.Plan(new Planned { Plan = ByteString.CopyFrom(Convert.FromHexString(bytes)) }, 0));

    [Fact]
    public void A_plan_of_more_channels_than_any_job_has_is_a_failure_of_the_job_s_code()
        => AssertNonsense(() => ReportCheck.Plan(new Planned { Plan = ByteString.CopyFrom([3, 0, 0, 0, 0x91, 0x4E, .. new byte[10_002]]) }, 0));

    [Fact]
    public void A_plan_costs_no_memory_but_its_own_bytes_however_many_files_splits_and_boundaries_it_holds()
    {
        const int Count = 500_000;
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write([3, 0]);
            writer.Write7BitEncodedInt(Count);
            for (var file = 0; file < Count; file++) writer.Write([0, 0, 0, 0]);
            writer.Write7BitEncodedInt(Count);
            for (var split = 0; split < Count; split++) writer.Write([0, 0, 0, 1, 0, 0, 0, 0]);
            writer.Write([1, 1, 0, 7, 1]);
            writer.Write7BitEncodedInt(Count);
            for (var boundary = 0; boundary < Count; boundary++) writer.Write([1, 0]);
            writer.Write([0]);
        }
        var planned = new Planned { Plan = ByteString.CopyFrom(bytes.ToArray()) };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var plan = ReportCheck.Plan(planned, 0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal((Count, 7), (plan.Maps, plan.Reduces));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(3155378975999999999, 0, true)]
    [InlineData(3155378975999999999, 1, false)]
    [InlineData(3155378976000000000, 0, false)]
    [InlineData(-1, 0, false)]
    [InlineData(0, -1, false)]
    [InlineData(1, long.MaxValue, false)]
    public void A_span_is_of_times_that_there_are(long start, long duration, bool isOfAnyTime)
        => Assert.Equal(isOfAnyTime, ReportCheck.IsOfAnyTime(new Span { Start = start, Duration = duration }));

    private static void AssertNonsense(Action check)
    {
        var exception = Assert.Throws<ExecutorException>(check);
        Assert.Equal(FailureKind.UserCode, exception.Kind);
        Assert.StartsWith("What the executor says of the attempt makes no sense: ", exception.Message, StringComparison.Ordinal);
    }

    private static void Check(FromExecutor result)
        => ReportCheck.Result(new Run { Attempt = Numbers(), Folders = Places, Reduce = new ReduceTask() }, Attempt, Definition, result);

    private static FromExecutor Opening() => new() { Opened = Definition.Clone() };

    private static FromExecutor Failed() => new() { Failed = new Failed { Reason = Reason.UserCode, Message = "thrown" } };

    private static FromExecutor Reduced() => new()
    {
        Reduced = new Reduced
        {
            Attempt = Numbers(),
            Products = new Products
            {
                Totals = new Totals { RecordsRead = 5, Counters = { 2 }, HotKeys = { new HotKey { Key = "k", Weight = -2 } } },
                Parts = { new Part { Name = "part-00007", PrivatePath = Path.Combine(Places.Staging, $"{Attempt}-000"), Length = 3, Rows = 1 } },
                Datasets = { new Dataset { Path = Path.Combine(Places.Shared, $"dataset-0-0-00007-{Attempt}"), Length = 3, Rows = 1, RawLength = 4 } },
                Tickets = { new Ticket { Participant = "postgresql", Connection = "warehouse", Text = "t" } },
            },
        },
    };

    private static Protocol.Execution.Attempt Numbers() => new() { Stage = Attempt.Task.Stage, Index = Attempt.Task.Index, Number = Attempt.Number };
}
