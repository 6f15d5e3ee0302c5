using System.Text;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class LogAnalyticsTests
{
    private const string Log = """
        10.0.0.1 - - [01/Feb/2024:10:00:00 +0000] "GET /a?x=1 HTTP/1.1" 200 100 "-" "agent \"quoted\""
        10.0.0.2 - bob [31/Jan/2024:23:30:00 -0100] "GET /b HTTP/1.0" 404 -
        10.0.0.1 - - [01/Feb/2024:10:30:00 +0000] "POST /a?x=1" 200 50
        10.0.0.1 - - [01/Feb/2024:11:00:01 +0000] "nonsense" 400 7
        not a log line
        """;

    private static readonly TestResult Result = JobTest.Run<LogAnalytics.LogAnalytics>(Log + "\n");

    [Fact]
    public void Counts_requests_by_status_and_hour()
    {
        Assert.Equal(["200\t2", "400\t1", "404\t1"], Result.RowsOf("status"));
        Assert.Equal(["10\t2", "11\t1", "23\t1"], Result.RowsOf("hourofday"));
    }

    [Fact]
    public void Hours_of_days_are_in_the_order_of_time_not_of_text()
        => Assert.Equal(["31/Jan/2024:23\t1", "01/Feb/2024:10\t2", "01/Feb/2024:11\t1"], Result.RowsOf("datehour"));

    [Fact]
    public void Urls_keep_their_query_and_the_most_requested_come_first()
    {
        Assert.Equal(["/a?x=1\t2", "/b\t1"], Result.RowsOf("url_all"));
        Assert.Equal(["/a?x=1\t2", "/b\t1"], Result.RowsOf("url_top20"));
    }

    [Fact]
    public void A_gap_of_more_than_thirty_minutes_begins_a_session()
        => Assert.Equal(["10.0.0.1\t2\t3\t1706781600\t1706785201", "10.0.0.2\t1\t1\t1706747400\t1706747400"], Result.RowsOf("sessions"));

    [Fact]
    public void Bytes_are_added_up_by_client()
        => Assert.Equal(["10.0.0.1\t3\t157", "10.0.0.2\t1\t0"], Result.RowsOf("bytes_by_client"));

    [Fact]
    public void Malformed_lines_and_bad_requests_are_counted_and_kept()
    {
        Assert.Equal(["lines\t5", "parsed\t4", "malformed\t1", "bad_request\t1", "bytes\t157", "clients\t2", "urls\t2", "sessions\t3"], Result.RowsOf("summary"));
        Assert.Equal(1, Result.Counters["malformed lines"]);
        Assert.Equal(1, Result.Counters["bad requests"]);
        Assert.Contains("malformed\tnot a log line", Result.RowsOf("rejected"));
        Assert.Equal(2, Result.RowsOf("rejected").Count);
    }

    [Fact]
    public void The_report_is_one_page_with_charts_and_without_references()
    {
        var page = Encoding.UTF8.GetString(Result.Bytes("report.html"));
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.Contains("/a?x=1", page, StringComparison.Ordinal);
        Assert.Contains("class=\"bar\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_log_gives_a_summary_of_zeros()
        => Assert.Equal(8, JobTest.Run<LogAnalytics.LogAnalytics>("").RowsOf("summary").Count(row => row.EndsWith("\t0", StringComparison.Ordinal)));
}
