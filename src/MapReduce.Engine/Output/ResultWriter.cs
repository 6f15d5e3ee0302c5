using MapReduce.Engine.Fold;
using MapReduce.Engine.Sorting;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Output;

/// <summary>Writes the pairs of a dataset's share of one task: to each of its outputs, and to a file for later stages where one reads them.</summary>
internal sealed class ResultWriter<TKey, TValue> : IEmitter<TKey, TValue>, IHoldsBack<TKey, TValue>, IMapEnd
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly PartWriter<TKey, TValue>[] parts;
    private readonly (int, long)[] marks;
    private readonly PartWriter<TKey, TValue>? onlyPart;
    private readonly List<SinkPart<TKey, TValue>> sinks = [];
    private readonly RunWriter? dataset;
    private readonly KeyBytes<TKey>? keys;
    private readonly KeyBytes<TValue>? values;
    private readonly string? datasetPath;
    private readonly TaskProducts products;
    private readonly int channel;
    private readonly HeldPairs held = new();
    private long heldRows;
    private long rows;

    /// <param name="node">The dataset.</param>
    /// <param name="part">The number of the share.</param>
    /// <param name="folders">Where files go.</param>
    /// <param name="settings">How they are written.</param>
    /// <param name="products">Takes what was written.</param>
    /// <param name="holds">Whether rows are held until their record is known to be good.</param>
    public ResultWriter(DatasetNode<TKey, TValue> node, PartNumber part, TaskFolders folders, EngineSettings settings, TaskProducts products, bool holds)
    {
        this.products = products;
        channel = node.Channel.Index;
        parts = new PartWriter<TKey, TValue>[node.TypedOutputs.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var output = node.TypedOutputs[i];
            parts[i] = new PartWriter<TKey, TValue>(output, part, folders.NextPart(), settings.Durable);
        }
        marks = new (int, long)[parts.Length];
        if (parts.Length == 1 && !node.IsRead && node.TypedSinks.Count == 0) onlyPart = parts[0];
        foreach (var sink in node.TypedSinks)
        {
            // The products have it from the first row on: it is prepared last, and given up if that does not come to pass.
            var share = new SinkPart<TKey, TValue>(sink.Sink, settings.StoreOf(folders.Prefix, products.Shares, CancellationToken.None, holds));
            products.Add(share);
            sinks.Add(share);
        }
        if (!node.IsRead) return;
        keys = new KeyBytes<TKey>(node.Keys);
        values = new KeyBytes<TValue>(node.Values);
        datasetPath = folders.Dataset(node.Channel.Stage, node.Channel.Index, part.Index);
        dataset = new RunWriter(datasetPath, settings.Compression, settings.Durable, key: settings.Key);
    }

    public void Emit(scoped TKey key, scoped TValue value)
    {
        NullCheck.Refuse(in key);
        NullCheck.Refuse(in value);
        if (onlyPart is not null)
        {
            onlyPart.Write(key, value);
            rows++;
            return;
        }
        var keyBytes = keys is null ? default : keys.Of(in key);
        var valueBytes = values is null ? default : values.Of(in value);
        WriteEverywhere(key, value);
        foreach (var part in parts) part.Keep();
        dataset?.Write(keyBytes, valueBytes);
        rows++;
    }

    public void Hold(scoped TKey key, scoped TValue value)
    {
        NullCheck.Refuse(in key);
        NullCheck.Refuse(in value);
        var keyBytes = keys is null ? default : keys.Of(in key);
        var valueBytes = values is null ? default : values.Of(in value);
        WriteEverywhere(key, value);
        if (dataset is not null) held.Add(keyBytes, valueBytes);
        heldRows++;
    }

    public void Release()
    {
        foreach (var part in parts) part.Keep();
        foreach (var sink in sinks) sink.Keep();
        if (dataset is not null)
            foreach (var pair in held) dataset.Write(pair.Key, pair.Value);
        held.Clear();
        rows += heldRows;
        heldRows = 0;
    }

    public void Forget()
    {
        foreach (var part in parts) part.TakeBack();
        foreach (var sink in sinks) sink.TakeBack();
        held.Clear();
        heldRows = 0;
    }

    public void Complete()
    {
        foreach (var part in parts) products.Parts.Add(part.Complete());
        products.Rows += rows;
        if (dataset is null) return;
        dataset.Complete();
        products.Datasets.Add(new DatasetFile(channel, datasetPath!, dataset.Length, rows, dataset.RawLength));
    }

    /// <summary>Writes a row to all outputs, or to no file where one of them fails.</summary>
    private void WriteEverywhere(scoped TKey key, scoped TValue value)
    {
        for (var i = 0; i < parts.Length; i++) marks[i] = parts[i].Mark;
        try
        {
            foreach (var part in parts) part.Hold(key, value);
            foreach (var sink in sinks) sink.Write(key, value);
        }
        catch
        {
            for (var i = 0; i < parts.Length; i++) parts[i].TakeBackTo(marks[i]);
            throw;
        }
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
public sealed record DatasetFile(int Channel, string Path, long Length, long Rows, long RawLength)
{
    /// <summary>Deletes the file, when no stage needs it any more. Where that cannot be, it goes with its folder.</summary>
    public void Delete()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An open file cannot be deleted everywhere.
        }
    }
}
