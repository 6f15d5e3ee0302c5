namespace MapReduce.Sdk;

/// <summary>Finds the codec of a type: the author's own first, then the built-in ones.</summary>
public sealed class CodecRegistry
{
    private readonly Dictionary<Type, object> registered = [];

    /// <summary>Uses <paramref name="codec"/> for keys and values of type <typeparamref name="T"/>.</summary>
    public CodecRegistry Register<T>(KeyCodec<T> codec) where T : allows ref struct
    {
        registered[typeof(T)] = codec;
        return this;
    }

    /// <summary>Uses <paramref name="codec"/> for values of type <typeparamref name="T"/>.</summary>
    public CodecRegistry Register<T>(Codec<T> codec) where T : allows ref struct
    {
        registered[typeof(T)] = codec;
        return this;
    }

    /// <summary>The codec of keys of type <typeparamref name="T"/>.</summary>
    /// <exception cref="JobException">There is none.</exception>
    public KeyCodec<T> Key<T>() where T : allows ref struct
        => (registered.GetValueOrDefault(typeof(T)) as KeyCodec<T>)
            ?? BuiltInCodecs.Find(typeof(T), this, asKey: true) as KeyCodec<T>
            ?? throw Missing(typeof(T), "keys", "KeyCodec");

    /// <summary>The codec of values of type <typeparamref name="T"/>.</summary>
    /// <exception cref="JobException">There is none.</exception>
    public Codec<T> Value<T>() where T : allows ref struct
        => (registered.GetValueOrDefault(typeof(T)) as Codec<T>)
            ?? BuiltInCodecs.Find(typeof(T), this, asKey: false) as Codec<T>
            ?? throw Missing(typeof(T), "values", "Codec");

    /// <summary>The codecs of values under which equal values have equal bytes, for those that are told apart by their bytes.</summary>
    internal CodecRegistry OfEqualValues()
    {
        var equal = new CodecRegistry();
        foreach (var (type, codec) in BuiltInCodecs.KeysOfEqualValues) equal.registered[type] = codec;
        equal.registered[typeof(decimal)] = new EqualDecimalCodec();
        foreach (var (type, codec) in registered) equal.registered[type] = codec;
        return equal;
    }

    private static JobException Missing(Type type, string use, string kind) => new(JobError.Definition,
        $"There is no codec for {use} of type {type.Name}. Write a {kind}<{type.Name}> and register it with job.Codecs.Register(…) before the type is used.");
}
