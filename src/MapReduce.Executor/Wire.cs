using MapReduce.Engine.Output;
using MapReduce.Engine.Tasks;
using MapReduce.Protocol.Execution;
using MapReduce.Storage;

namespace MapReduce.Executor;

/// <summary>The engine's results as messages.</summary>
internal static class Wire
{
    public static DatasetFile Read(Dataset file) =>
        // What an executor of an older version has made and journalled knows its stored length only.
        new(file.Channel, file.Path, file.Length, file.Rows, file.RawLength > 0 ? file.RawLength : file.Length);

    public static Products Write(IReadOnlyList<PartFile> parts, IReadOnlyList<DatasetFile> datasets, IReadOnlyList<CommitTicket> tickets, TaskTotals totals)
    {
        var products = new Products { Totals = Write(totals) };
        products.Totals.BytesWritten = parts.Sum(part => part.Length) + datasets.Sum(file => file.Length);
        products.Parts.Add(parts.Select(part => new Part { Name = part.Name, PrivatePath = part.PrivatePath, Length = part.Length, Hash = part.Hash, Rows = part.Rows }));
        products.Datasets.Add(datasets.Select(file => new Dataset { Channel = file.Channel, Path = file.Path, Length = file.Length, Rows = file.Rows, RawLength = file.RawLength }));
        products.Tickets.Add(tickets.Select(ticket => new Ticket { Participant = ticket.Participant, Connection = ticket.Connection, Text = ticket.Text }));
        return products;
    }

    private static Totals Write(TaskTotals totals)
    {
        var message = new Totals
        {
            RecordsRead = totals.RecordsRead,
            BytesRead = totals.BytesRead,
            ReadsInput = totals.ReadsInput,
            ShuffleBytes = totals.ShuffleBytes,
            SpilledBytes = totals.SpilledBytes,
            RowsWritten = totals.RowsWritten,
            RecordsSkipped = totals.RecordsSkipped,
        };
        message.Counters.Add(totals.Counters);
        message.HotKeys.Add(totals.HotKeys.Select(key => new Protocol.Execution.HotKey { Key = key.Key, Weight = key.Weight }));
        return message;
    }
}
