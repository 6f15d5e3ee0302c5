using System.Globalization;
using MapReduce.FuzzJobs.Definition;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Stores;

/// <summary>A store that has so many rows, so many for each task.</summary>
internal sealed class PlannedRows(int count, int share) : RowSource<byte[]>
{
    /// <summary>What messages call it.</summary>
    public const string Name = "planned rows";

    public override string Target => Name;

    public override IReadOnlyList<StorePiece> Plan(StoreContext context)
        => [.. Enumerable.Range(0, (count + share - 1) / share).Select(piece => new StorePiece((piece * share).ToString(CultureInfo.InvariantCulture), share))];

    public override void Read(string piece, StoreContext context, RecordTaker<byte[]> take)
    {
        var first = int.Parse(piece, CultureInfo.InvariantCulture);
        for (var row = first; row < Math.Min(count, first + share); row++)
        {
            var bytes = RowOf(row);
            take(bytes, bytes.Length);
        }
    }

    /// <summary>A row.</summary>
    public static byte[] RowOf(int row) => SourceOpener.RawOf(row * 3L);
}
