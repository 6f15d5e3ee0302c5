using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>What goes in comes out, on every way through the engine, and the same with and without quarantine.</summary>
public sealed class ValuesTests
{
    private static readonly DateTimeOffset Moment = new(2024, 2, 29, 12, 0, 0, TimeSpan.FromHours(2));
    private static readonly DateTime Noon = new(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Pairs_that_are_only_written_keep_all_that_they_are(long skipped)
    {
        var result = Run(skipped, job =>
        {
            job.ReadNumbers(1, 1).Map((long _, IEmitter<(double, DateTime), (double, DateTimeOffset, string)> output) => output.Emit((-0.0, Noon), (-0.0, Moment, Escaped("\uD800"))))
                .MapOnly().WriteText(job.Output)
                .Map(((double, DateTime) key, (double, DateTimeOffset, string) value, IEmitter<(double, DateTime), (double, DateTimeOffset)> output) => output.Emit(key, (value.Item1, value.Item2)))
                .WriteText(job.OutputNamed("again"));
        });
        const string Row = "-0\t2024-02-29T12:00:00.0000000Z\t-0\t2024-02-29T12:00:00.0000000+02:00";
        Assert.Equal([$"{Row}\tD800"], result.RowsOf(""));
        Assert.Equal([Row], result.RowsOf("again"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Equal_keys_are_one_and_values_come_back_through_a_shuffle(long skipped)
    {
        var result = Run(skipped, job =>
        {
            job.ReadNumbers(4, 1).Map((long number, IEmitter<DateTimeOffset, (double, DateTime)> output)
                    => output.Emit(number % 2 == 0 ? Moment : Moment.ToUniversalTime(), (number == 0 ? -0.0 : number, number < 2 ? Noon : DateTime.SpecifyKind(Noon, DateTimeKind.Unspecified))))
                .Reduce((DateTimeOffset key, Values<(double, DateTime)> values, IEmitter<DateTimeOffset, string> output) =>
                {
                    var all = new List<string>();
                    foreach (var (number, time) in values) all.Add(FormattableString.Invariant($"{number} {time.Kind}"));
                    output.Emit(key, string.Join(", ", all));
                })
                .WriteText(job.Output);
        });
        Assert.Equal(["2024-02-29T10:00:00.0000000+00:00\t-0 Utc, 1 Utc, 2 Unspecified, 3 Unspecified"], result.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Strings_that_differ_are_different_keys_even_where_Unicode_knows_none_of_them(long skipped)
    {
        var result = Run(skipped, job => job.ReadNumbers(6, 2)
            .Map((long number, IEmitter<string, long> output) => output.Emit(((string[])["\uD800", "\uDC00", "\uFFFD"])[number % 3], 1))
            .Aggregate(Sum.Of<long>())
            .Map((string key, long count, IEmitter<string, long> output) => output.Emit(Escaped(key), count))
            .WriteText(job.Output));
        Assert.Equal(["D800\t2", "DC00\t2", "FFFD\t2"], result.Rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_null_is_refused_wherever_it_is_emitted_with_and_without_quarantine()
    {
        Refused<string>("A null String", pairs => pairs.Aggregate(Count.Of<string>()), null!);
        Refused<string>("A null String", pairs => pairs.Aggregate(Min.Of<string>()), null!);
        Refused<string>("A null String", pairs => pairs.Sort(), null!);
        Refused<string>("A null String", pairs => pairs.MapOnly(), null!);
        Refused<(long, string)>("null String in it", pairs => pairs.Aggregate(Count.Of<(long, string)>()), (1, null!));
        Refused<(long, string)>("null String in it", pairs => pairs.Aggregate(Max.Of<(long, string)>()), (1, null!));
        Refused<(long, (string, int), int)>("null String in it", pairs => pairs.Aggregate(Count.Of<(long, (string, int), int)>()), (1, (null!, 2), 3));
        Refused<(long, string)>("null String in it", pairs => pairs.Sort(), (1, null!));
        Refused<(long, string)>("null String in it", pairs => pairs.MapOnly(), (1, null!));
        Refused<string[]>("null String in it", pairs => pairs.Aggregate(Count.Of<string[]>()), ["a", null!]);
        Refused<string[]>("null String in it", pairs => pairs.Sort(), ["a", null!]);
        Refused<string[]>("null String in it", pairs => pairs.MapOnly(), ["a", null!]);
        Refused<Descending<string>>("null String in it", pairs => pairs.Aggregate(Count.Of<Descending<string>>()), new(null!));
        Refused<string[]>("A null String[]", pairs => pairs.Sort(), null!);
    }

    [Theory]
    [InlineData(null, "value", false)]
    [InlineData("key", null, false)]
    [InlineData(null, "value", true)]
    [InlineData("key", null, true)]
    public void A_null_in_a_join_is_named_on_either_side(string? key, string? value, bool right)
    {
        var error = Assert.Throws<JobFailedException>(() => Run(0, job => job.Join<string, string, string>()
            .Left(job.ReadNumbers(1, 1), (long _, IEmitter<string, string> output) => output.Emit(right ? "key" : key!, right ? "value" : value!))
            .Right(job.ReadNumbers(1, 1), (long _, IEmitter<string, string> output) => output.Emit(right ? key! : "key", right ? value! : "value"))
            .Select(JoinKind.Inner, (JoinedRow<string, string, string> row, IEmitter<string, string> output) => output.Emit(row.Key, row.Left!))
            .WriteText(job.Output)));
        Assert.Contains("ArgumentNullException: A null String was emitted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_in_the_rows_of_a_reducer_is_named_with_its_key()
    {
        foreach (var row in (string?[][])[[null, "value"], ["key", null]])
        {
            var error = Assert.Throws<JobFailedException>(() => Run(0, job => Emitting(job, 1L)
                .Reduce((string _, Values<long> _, IEmitter<string, (int, string)> output) => output.Emit(row[0]!, (1, row[1]!)))
                .WriteText(job.Output)));
            Assert.Contains("null String", error.Message, StringComparison.Ordinal);
            Assert.Contains("at the key 'key'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_nullable_without_a_value_is_a_value()
    {
        foreach (var skipped in (long[])[0, 9])
        {
            var result = Run(skipped, job => Emitting<(int?, long?)>(job, (null, 7)).Aggregate(Count.Of<(int?, long?)>()).WriteText(job.Output));
            Assert.Equal(["key\t2"], result.Rows);
        }
    }

    private static void Refused<TValue>(string words, Func<Pairs<string, TValue>, object> after, TValue value)
    {
        var error = Assert.Throws<JobFailedException>(() => Run(0, job => ((dynamic)after(Emitting(job, value))).WriteText(job.Output)));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("ArgumentNullException", error.Message, StringComparison.Ordinal);
        var report = Run(9, job => ((dynamic)after(Emitting(job, value))).WriteText(job.Output));
        Assert.Empty(report.Rows);
        Assert.Equal(2, report.Report.SkippedRecords);
    }

    private static Pairs<string, TValue> Emitting<TValue>(JobBuilder job, TValue value)
        => job.ReadNumbers(2, 1).Map((long _, IEmitter<string, TValue> output) => output.Emit("key", value));

    private static TestResult Run(long skipped, Action<JobBuilder> define) => InlineJob.Run(define, new() { SkipBadRecords = skipped });

    private static string Escaped(string text) => string.Concat(text.Select(character => $"{(int)character:X4}"));
}
