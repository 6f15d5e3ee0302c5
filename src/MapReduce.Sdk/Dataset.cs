namespace MapReduce.Sdk;

/// <summary>The results of a stage: to be written, mapped again in a later stage, or both.</summary>
public sealed class Dataset<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly JobBuilder job;
    private readonly DatasetNode<TKey, TValue> node;

    internal Dataset(JobBuilder job, DatasetNode<TKey, TValue> node)
    {
        this.job = job;
        this.node = node;
    }

    /// <summary>Writes a line for each pair: key, TAB, value. The parts of a tuple are separated by TAB; <see cref="None"/> is left out with its TAB.</summary>
    public Dataset<TKey, TValue> WriteText(OutputTarget target) => Write(target, new TextFormat<TKey, TValue>());

    /// <summary>Writes the bytes of key and value, one after the other, without separators.</summary>
    public Dataset<TKey, TValue> WriteRecords(OutputTarget target) => Write(target, new RecordFormat<TKey, TValue>());

    /// <summary>Writes a row for each pair to a store, such as a table of a database. All outputs of the job appear together, files and rows.</summary>
    public Dataset<TKey, TValue> WriteTo(RowSink<TKey, TValue> sink)
    {
        node.TypedSinks.Add(new SinkNode<TKey, TValue>(sink));
        return this;
    }

    /// <summary>Maps each pair in a later stage.</summary>
    public Pairs<TOutKey, TOutValue> Map<TOutKey, TOutValue>(MapPairFunction<TKey, TValue, TOutKey, TOutValue> map)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => Map(job.Channel<TOutKey, TOutValue>(), map);

    /// <summary>Maps each pair in a later stage into an existing channel.</summary>
    public Pairs<TOutKey, TOutValue> Map<TOutKey, TOutValue>(Pairs<TOutKey, TOutValue> into, MapPairFunction<TKey, TValue, TOutKey, TOutValue> map)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
    {
        var source = new DatasetSourceNode<TKey, TValue>(job.NextSource, node);
        source.Channels.Add(into.Node);
        source.Mappers.Add(binder =>
        {
            var emitter = binder.Emitter(into.Node);
            return (key, value) => map(key, value, emitter);
        });
        node.IsRead = true;
        job.AddSource(source);
        return into;
    }

    internal Dataset<TKey, TValue> Write(OutputTarget target, OutputFormat<TKey, TValue> format)
    {
        node.TypedOutputs.Add(new OutputNode<TKey, TValue>(target, format));
        return this;
    }
}

/// <summary>JSON output, for pairs of ordinary types.</summary>
public static class JsonOutputExtensions
{
    /// <summary>Writes a JSON document for each pair, one a line: <c>{"key":…,"value":…}</c>.</summary>
    public static Dataset<TKey, TValue> WriteJsonLines<TKey, TValue>(this Dataset<TKey, TValue> dataset, OutputTarget target)
        => dataset.Write(target, JsonRecords.Output<TKey, TValue>());
}
