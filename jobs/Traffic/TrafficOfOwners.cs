using System.Buffers.Text;
using MapReduce.Postgres;
using MapReduce.Sdk;

namespace Traffic;

/// <summary>Joins a web log with a table of who owns which address, and writes hits and bytes of each owner to a table and to files, all or nothing.</summary>
public sealed class TrafficOfOwners : IJob
{
    private const string Unknown = "unknown";

    public void Define(JobBuilder job)
    {
        var options = job.Options<TrafficOptions>();
        var malformed = job.Counter("malformed lines");
        job.Join<string, string, long>()
            .Left(job.Read(Postgres.Table(options.Connection, options.Clients).Columns("address", "owner").SplitBy("address")), (row, output) => output.Emit(row.GetString(0)!, row.GetString(1) ?? Unknown))
            .Right(job.ReadLines(job.Inputs), (line, output) =>
            {
                // The address is the first field of a line, and the bytes are the last.
                var fields = line.Bytes.TrimEnd((byte)' ');
                var (first, last) = (fields.IndexOf((byte)' '), fields.LastIndexOf((byte)' '));
                if (first <= 0 || !Size(fields[(last + 1)..], out var bytes)) malformed.Increment();
                else output.Emit(new Utf8(fields[..first]).ToString(), bytes);
            })
            .Select(JoinKind.RightOuter, (JoinedRow<string, string, long> row, IEmitter<string, (long, long)> output) => output.Emit(row.Left ?? Unknown, (1, row.Right)))
            .Map((string owner, (long Hits, long Bytes) traffic, IEmitter<string, (long, long)> output) => output.Emit(owner, traffic))
            .Aggregate(Sum.OfPairs<long, long>())
            .WriteText(job.Output)
            .WriteTo(Postgres.Table(options.Connection, options.Traffic).Columns("owner", "hits", "bytes").Upsert("owner"));
    }

    /// <summary>A dash stands for nothing sent.</summary>
    private static bool Size(ReadOnlySpan<byte> field, out long bytes)
    {
        bytes = 0;
        return field.SequenceEqual("-"u8) || (Utf8Parser.TryParse(field, out bytes, out var used) && used == field.Length);
    }
}
