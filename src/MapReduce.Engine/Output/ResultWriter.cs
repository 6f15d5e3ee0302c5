using MapReduce.Engine.Fold;
using MapReduce.Engine.Sorting;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Output;

/// <summary>Writes the pairs of a dataset's share of one task: to each of its outputs, and to a file for later stages where one reads them.</summary>
internal sealed class ResultWriter<TKey, TValue> : IEmitter<TKey, TValue>, IMapEnd
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly PartWriter<TKey, TValue>[] parts;
    private readonly PartWriter<TKey, TValue>? onlyPart;
    private readonly List<SinkPart<TKey, TValue>> sinks = [];
    private readonly RunWriter? dataset;
    private readonly KeyBytes<TKey>? keys;
    private readonly KeyBytes<TValue>? values;
    private readonly string? datasetPath;
    private readonly TaskProducts products;
    private readonly int channel;
    private long rows;

    public ResultWriter(DatasetNode<TKey, TValue> node, PartNumber part, TaskFolders folders, EngineSettings settings, TaskProducts products)
    {
        this.products = products;
        channel = node.Channel.Index;
        parts = new PartWriter<TKey, TValue>[node.TypedOutputs.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var output = node.TypedOutputs[i];
            parts[i] = new PartWriter<TKey, TValue>(output, part, folders.NextPart(), settings.Durable);
        }
        if (parts.Length == 1 && !node.IsRead && node.TypedSinks.Count == 0) onlyPart = parts[0];
        foreach (var sink in node.TypedSinks)
        {
            // The products have it from the first row on: it is prepared last, and given up if that does not come to pass.
            var share = new SinkPart<TKey, TValue>(sink.Sink, settings.StoreOf(folders.Prefix, products.Shares, CancellationToken.None));
            products.Add(share);
            sinks.Add(share);
        }
        if (!node.IsRead) return;
        keys = new KeyBytes<TKey>(node.Keys);
        values = new KeyBytes<TValue>(node.Values);
        datasetPath = folders.Dataset(node.Channel.Stage, node.Channel.Index, part.Index);
        dataset = new RunWriter(datasetPath, settings.Compression, settings.Durable);
    }

    public void Emit(scoped TKey key, scoped TValue value)
    {
        NullCheck.Refuse(in key);
        NullCheck.Refuse(in value);
        rows++;
        if (onlyPart is not null)
        {
            onlyPart.Write(key, value);
            return;
        }
        foreach (var part in parts) part.Write(key, value);
        foreach (var sink in sinks) sink.Write(key, value);
        dataset?.Write(keys!.Of(in key), values!.Of(in value));
    }

    public void Complete()
    {
        foreach (var part in parts) products.Parts.Add(part.Complete());
        products.Rows += rows;
        if (dataset is null) return;
        dataset.Complete();
        products.Datasets.Add(new DatasetFile(channel, datasetPath!, dataset.Length, rows, dataset.RawLength));
    }

    public void Dispose()
    {
        foreach (var part in parts) part.Dispose();
        dataset?.Dispose();
    }
}

/// <summary>A file with a dataset's share of one task, for a later stage.</summary>
/// <param name="Channel">The channel within its stage that made it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="Rows">The number of pairs.</param>
/// <param name="RawLength">The size in bytes that the file would have without compression: what later stages are planned by.</param>
public sealed record DatasetFile(int Channel, string Path, long Length, long Rows, long RawLength);
