using MapReduce.Sdk;

namespace LogAnalytics;

/// <summary>The totals of a log, drawn from its tables, so that the pass over the log itself counts nothing twice.</summary>
internal static class Summary
{
    private static readonly string[] Names = ["lines", "parsed", "malformed", "bad_request", "bytes", "clients", "urls", "sessions"];

    private enum Total
    {
        Lines,
        Parsed,
        Malformed,
        BadRequests,
        Bytes,
        Clients,
        Urls,
        Sessions,
    }

    /// <summary>Adds the tables up and writes a row for each total, also for one that is 0.</summary>
    public static Dataset<string, long> Define(
        JobBuilder job, Dataset<Utf8, long> rejected, Dataset<Utf8, (long, long)> clients, Dataset<Utf8, long> urls, Dataset<string, (long, long, long, long)> sessions)
    {
        var totals = job.Channel<Total, long>().WithCodecs(new TotalCodec());
        rejected.Map(totals, (reason, number, output) =>
        {
            var malformed = reason.Bytes.SequenceEqual("malformed"u8);
            output.Emit(malformed ? Total.Malformed : Total.BadRequests, number);
            if (malformed) output.Emit(Total.Lines, number);
        });
        clients.Map(totals, (Utf8 _, (long Requests, long Bytes) client, IEmitter<Total, long> output) =>
        {
            output.Emit(Total.Lines, client.Requests);
            output.Emit(Total.Parsed, client.Requests);
            output.Emit(Total.Bytes, client.Bytes);
            output.Emit(Total.Clients, 1);
        });
        urls.Map(totals, (Utf8 _, long _, IEmitter<Total, long> output) => output.Emit(Total.Urls, 1));
        sessions.Map(totals, (string _, (long Sessions, long, long, long) client, IEmitter<Total, long> output) => output.Emit(Total.Sessions, client.Sessions));
        return totals.Aggregate(Sum.Of<long>())
            .Map((Total total, long number, IEmitter<None, (int, long)> output) => output.Emit(None.Value, ((int)total, number)))
            .Partitions(1)
            .Reduce<string, long>(() => new Rows());
    }

    private sealed class Rows : IReducer<None, (int Total, long Number), string, long>
    {
        private readonly long[] numbers = new long[Names.Length];

        public void Reduce(None key, Values<(int Total, long Number)> values, IEmitter<string, long> output)
        {
            foreach (var (total, number) in values) numbers[total] += number;
        }

        public void Close(IEmitter<string, long> output)
        {
            for (var i = 0; i < Names.Length; i++) output.Emit(Names[i], numbers[i]);
        }
    }

    private sealed class TotalCodec : KeyCodec<Total>
    {
        public override int? FixedLength => 1;

        public override void Write(Total value, ByteWriter writer) => writer.Write((byte)value);

        public override Total Read(ReadOnlySpan<byte> bytes) => (Total)bytes[0];
    }
}
