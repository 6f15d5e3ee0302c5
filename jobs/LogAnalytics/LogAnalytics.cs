using System.Text;
using MapReduce.Sdk;

namespace LogAnalytics;

/// <summary>Tables of a web log in one pass over it: requests by status, hour and URL, clients and their sessions; and a report with charts.</summary>
public sealed class LogAnalytics : IJob
{
    private const int SessionGapSeconds = 1800;

    public void Define(JobBuilder job)
    {
        var options = job.Options<LogAnalyticsOptions>();
        job.Codecs.Register(new DateHourCodec());
        var tables = new Tables(job);
        var source = job.ReadLines(job.Inputs);
        source.MapTo((TextLine line, IEmitters output) => Map(line, output, tables), tables.All);

        var status = tables.Status.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("status"));
        var hours = tables.Hours.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("hourofday"));
        var dateHours = tables.DateHours.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("datehour"));
        var urls = tables.Urls.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("url_all"));
        var clients = tables.Clients.Aggregate(Sum.OfPairs<long, long>()).WriteText(job.OutputNamed("bytes_by_client"));
        var sessions = tables.Visits.GroupByFirst().Reduce<string, (long, long, long, long)>(Sessions).WriteText(job.OutputNamed("sessions"));
        var rejected = tables.Rejected.Aggregate(Sum.Of<long>());
        var summary = Summary.Define(job, rejected, clients, urls, sessions).WriteText(job.OutputNamed("summary"));

        var top = urls
            .Map((Utf8 url, long hits, IEmitter<None, (long, string)> output) => output.Emit(None.Value, (hits, url.ToString())))
            .Aggregate(TopK.Of(options.Top));
        top
            .Map((None _, (long Weight, string Item)[] items, IEmitter<long, (long, string)> output) =>
            {
                for (var rank = 0; rank < items.Length; rank++) output.Emit(rank, items[rank]);
            })
            .Partitions(1)
            .Reduce((long rank, Values<(long Hits, string Url)> urls, IEmitter<string, long> output) =>
            {
                foreach (var (hits, url) in urls) output.Emit(url, hits);
            })
            .WriteText(job.OutputNamed($"url_top{options.Top}"));

        Report.Define(job, summary, status, hours, dateHours, top);
    }

    private static void Map(TextLine line, IEmitters output, Tables tables)
    {
        if (!LogLine.TryParse(line.Bytes, out var log))
        {
            tables.Malformed.Increment();
            Reject("malformed"u8, line, output, tables);
            return;
        }
        output.To(tables.Status).Emit(new Utf8(log.Status), 1);
        output.To(tables.Hours).Emit(new Utf8(log.Hour), 1);
        output.To(tables.DateHours).Emit(new DateHour(Encoding.ASCII.GetString(log.DateHour)), 1);
        output.To(tables.Clients).Emit(new Utf8(log.Client), (1, log.Bytes));
        output.To(tables.Visits).Emit((new Utf8(log.Client).ToString(), log.UnixSeconds()), None.Value);
        if (log.TryGetUrl(out var url))
        {
            output.To(tables.Urls).Emit(new Utf8(url), 1);
            return;
        }
        tables.BadRequests.Increment();
        Reject("bad_request"u8, line, output, tables);
    }

    private static void Reject(ReadOnlySpan<byte> reason, TextLine line, IEmitters output, Tables tables)
    {
        output.To(tables.Rejected).Emit(new Utf8(reason), 1);
        output.To(tables.Quarantine).Emit(new Utf8(reason), new Utf8(line.Bytes));
    }

    /// <summary>Counts the sessions of a client, whose requests come in the order of time.</summary>
    private static void Sessions(string client, Values<(long Second, None Value)> times, IEmitter<string, (long, long, long, long)> output)
    {
        var (sessions, requests, first, last) = (0L, 0L, 0L, 0L);
        foreach (var (time, _) in times)
        {
            if (requests == 0) first = time;
            if (requests == 0 || time - last > SessionGapSeconds) sessions++;
            requests++;
            last = time;
        }
        output.Emit(client, (sessions, requests, first, last));
    }

    /// <summary>The channels of the one pass.</summary>
    private sealed class Tables
    {
        public Tables(JobBuilder job)
        {
            Status = job.Channel<Utf8, long>().Partitions(1);
            Hours = job.Channel<Utf8, long>().Partitions(1);
            DateHours = job.Channel<DateHour, long>().Partitions(1);
            Urls = job.Channel<Utf8, long>().TotalOrder();
            Clients = job.Channel<Utf8, (long, long)>().TotalOrder();
            Visits = job.Channel<(string, long), None>().TotalOrder();
            Rejected = job.Channel<Utf8, long>().Partitions(1);
            Quarantine = job.Channel<Utf8, Utf8>();
            Quarantine.WriteText(job.OutputNamed("rejected"));
            Malformed = job.Counter("malformed lines");
            BadRequests = job.Counter("bad requests");
        }

        public Pairs<Utf8, long> Status { get; }

        public Pairs<Utf8, long> Hours { get; }

        public Pairs<DateHour, long> DateHours { get; }

        public Pairs<Utf8, long> Urls { get; }

        public Pairs<Utf8, (long, long)> Clients { get; }

        public Pairs<(string, long), None> Visits { get; }

        public Pairs<Utf8, long> Rejected { get; }

        public Pairs<Utf8, Utf8> Quarantine { get; }

        public Counter Malformed { get; }

        public Counter BadRequests { get; }

        public Channel[] All => [Status, Hours, DateHours, Urls, Clients, Visits, Rejected, Quarantine];
    }
}
