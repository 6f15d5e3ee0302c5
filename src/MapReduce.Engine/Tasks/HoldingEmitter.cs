using MapReduce.Engine.Fold;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Holds back the pairs of the present record, so that a record that turns out bad leaves none behind.</summary>
internal sealed class HoldingEmitter<TKey, TValue>(ChannelNode<TKey, TValue> channel, IEmitter<TKey, TValue> next) : IEmitter<TKey, TValue>, IHoldsBack
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly KeyBytes<TKey> keys = new(channel.ExactKeys);
    private readonly KeyBytes<TValue> values = new(channel.Values);
    private readonly ByteWriter held = new();
    private readonly List<(int Key, int Value)> lengths = [];

    public void Emit(scoped TKey key, scoped TValue value)
    {
        var before = held.Length;
        held.Write(keys.Of(in key));
        var between = held.Length;
        held.Write(values.Of(in value));
        lengths.Add((between - before, held.Length - between));
    }

    public void Release()
    {
        var rest = held.Written;
        foreach (var (key, value) in lengths)
        {
            next.Emit(channel.ExactKeys.Read(rest[..key]), channel.Values.Read(rest.Slice(key, value)));
            rest = rest[(key + value)..];
        }
        Forget();
    }

    public void Forget()
    {
        held.Clear();
        lengths.Clear();
    }
}
