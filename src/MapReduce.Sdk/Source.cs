namespace MapReduce.Sdk;

/// <summary>Records to be mapped. Several map functions on one source share one pass over the data.</summary>
public sealed class Source<TRecord> where TRecord : allows ref struct
{
    private readonly JobBuilder job;
    private readonly RecordSourceNode<TRecord> node;

    internal Source(JobBuilder job, RecordSourceNode<TRecord> node)
    {
        this.job = job;
        this.node = node;
    }

    /// <summary>Maps each record with a function.</summary>
    public Pairs<TKey, TValue> Map<TKey, TValue>(MapFunction<TRecord, TKey, TValue> map)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        var pairs = job.Channel<TKey, TValue>();
        return Map(pairs, map);
    }

    /// <summary>Maps each record with a function into an existing channel, as the inputs of a join or a union do.</summary>
    public Pairs<TKey, TValue> Map<TKey, TValue>(Pairs<TKey, TValue> into, MapFunction<TRecord, TKey, TValue> map)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        Feed(into, binder =>
        {
            var emitter = binder.Emitter(into.Node);
            return record => map(record, emitter);
        });
        return into;
    }

    /// <summary>Maps each record with an object that <paramref name="create"/> makes for each attempt; one that is <see cref="IDisposable"/> is disposed of at its end.</summary>
    public Pairs<TKey, TValue> Map<TKey, TValue>(Func<IMapper<TRecord, TKey, TValue>> create)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        var pairs = job.Channel<TKey, TValue>();
        Feed(pairs, binder =>
        {
            var mapper = create();
            binder.Own(mapper);
            var emitter = binder.Emitter(pairs.Node);
            mapper.Setup(binder.Context);
            binder.OnClose(() => mapper.Close(emitter));
            return record => mapper.Map(record, emitter);
        });
        return pairs;
    }

    /// <summary>Maps each record into several channels in one pass.</summary>
    /// <param name="map">The function; it reaches each channel through <see cref="IEmitters.To"/>.</param>
    /// <param name="into">All channels that the function feeds.</param>
    public void MapTo(FanOutFunction<TRecord> map, params Channel[] into)
    {
        foreach (var channel in into) node.Channels.Add(channel.Definition);
        node.Mappers.Add(binder => record => map(record, binder));
    }

    /// <summary>Maps each record with an action made for the emitter of an attempt.</summary>
    internal void MapWith<TKey, TValue>(Pairs<TKey, TValue> into, Func<IEmitter<TKey, TValue>, RecordAction<TRecord>> bind)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => Feed(into, binder => bind(binder.Emitter(into.Node)));

    private void Feed<TKey, TValue>(Pairs<TKey, TValue> pairs, Func<IMapBinder, RecordAction<TRecord>> bind)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        node.Channels.Add(pairs.Node);
        node.Mappers.Add(bind);
    }
}
