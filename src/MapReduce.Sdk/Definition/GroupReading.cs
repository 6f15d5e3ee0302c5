namespace MapReduce.Sdk;

/// <summary>How sorted pairs become groups and items: which bytes of the key name the group, and what an item is made of.</summary>
internal abstract class GroupReading<TGroup, TItem>
    where TGroup : allows ref struct
    where TItem : allows ref struct
{
    /// <summary>Whether a group has several keys, which share its bytes as a prefix.</summary>
    public virtual bool IsPrefix => false;

    /// <summary>How many bytes of <paramref name="key"/> name the group.</summary>
    public abstract int GroupLength(ReadOnlySpan<byte> key);

    public abstract TGroup ReadGroup(ReadOnlySpan<byte> groupBytes);

    public abstract TItem ReadItem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
}

/// <summary>Groups by the whole key; an item is a value.</summary>
internal sealed class WholeKeyReading<TKey, TValue>(ChannelNode<TKey, TValue> channel) : GroupReading<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override int GroupLength(ReadOnlySpan<byte> key) => key.Length;

    public override TKey ReadGroup(ReadOnlySpan<byte> groupBytes) => channel.Keys.Read(groupBytes);

    public override TValue ReadItem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => channel.Values.Read(value);
}

/// <summary>Groups by the first component of a pair key; an item is the second component with the value.</summary>
internal sealed class FirstComponentReading<TFirst, TSecond, TValue>(ChannelNode<(TFirst, TSecond), TValue> channel, KeyCodec<TFirst> first)
    : GroupReading<TFirst, (TSecond Second, TValue Value)>
{
    public override bool IsPrefix => true;

    public override int GroupLength(ReadOnlySpan<byte> key) => channel.Keys.PrefixLength(key);

    public override TFirst ReadGroup(ReadOnlySpan<byte> groupBytes) => KeyComponents.Read(first, ref groupBytes);

    public override (TSecond Second, TValue Value) ReadItem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        => (channel.Keys.Read(key).Item2, channel.Values.Read(value));
}
