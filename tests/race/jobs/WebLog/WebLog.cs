using MapReduce.Sdk;

namespace WebLog;

/// <summary>The four tables of the race's web log, in one pass: requests by status, by hour; the 100 URLs of most hits; bytes by client.</summary>
/// <remarks>The contestants of the race trust the log's form, and so does this job. The outputs' names put the tables in the order of the race.</remarks>
public sealed class WebLog : IJob
{
    private const int TopUrls = 100;

    public void Define(JobBuilder job)
    {
        var status = job.Channel<Utf8, long>().Partitions(1);
        var hours = job.Channel<Utf8, long>().Partitions(1);
        var urls = job.Channel<Utf8, long>();
        var clients = job.Channel<Utf8, long>().TotalOrder();
        job.ReadLines(job.Inputs).MapTo((TextLine line, IEmitters output) =>
        {
            var rest = line.Bytes;
            var blank = rest.IndexOf((byte)' ');
            var client = new Utf8(rest[..blank]);
            rest = rest[(rest.IndexOf((byte)'[') + 1)..];
            output.To(hours).Emit(new Utf8(rest[..14]), 1);
            rest = rest[27..];
            rest = rest[(rest.IndexOf((byte)'"') + 1)..];
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
            blank = rest.IndexOf((byte)' ');
            output.To(urls).Emit(new Utf8(rest[..blank]), 1);
            rest = rest[blank..];
            rest = rest[(rest.IndexOf((byte)'"') + 2)..];
            output.To(status).Emit(new Utf8(rest[..3]), 1);
            System.Buffers.Text.Utf8Parser.TryParse(rest[4..], out long bytes, out _);
            output.To(clients).Emit(client, bytes);
        }, status, hours, urls, clients);

        status.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("1-status"));
        hours.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("2-hours"));
        urls.Aggregate(Sum.Of<long>())
            .Map((Utf8 url, long hits, IEmitter<None, (long, string)> output) => output.Emit(None.Value, (hits, url.ToString())))
            .Aggregate(TopK.Of(TopUrls))
            .Map((None _, (long Weight, string Item)[] items, IEmitter<long, (string, long)> output) =>
            {
                for (var rank = 0; rank < items.Length; rank++) output.Emit(rank, (items[rank].Item, items[rank].Weight));
            })
            .Partitions(1)
            .Reduce((long rank, Values<(string Url, long Hits)> values, IEmitter<string, long> output) =>
            {
                foreach (var (url, hits) in values) output.Emit(url, hits);
            })
            .WriteText(job.OutputNamed("3-urls"));
        clients.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("4-clients"));
    }
}
