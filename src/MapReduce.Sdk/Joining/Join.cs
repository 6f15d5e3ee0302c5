namespace MapReduce.Sdk;

/// <summary>Which keys a join keeps.</summary>
public enum JoinKind
{
    /// <summary>Those that both sides have.</summary>
    Inner,

    /// <summary>All of the left side.</summary>
    LeftOuter,

    /// <summary>All of the right side.</summary>
    RightOuter,

    /// <summary>All of both.</summary>
    FullOuter,
}

/// <summary>One row of a join.</summary>
/// <param name="Key">The key.</param>
/// <param name="Left">The left value; the default of its type where <paramref name="HasLeft"/> is false.</param>
/// <param name="Right">The right value; the default of its type where <paramref name="HasRight"/> is false.</param>
/// <param name="HasLeft">Whether the left side has the key.</param>
/// <param name="HasRight">Whether the right side has the key.</param>
public readonly record struct JoinedRow<TKey, TLeft, TRight>(TKey Key, TLeft? Left, TRight? Right, bool HasLeft, bool HasRight);

/// <summary>Maps each joined row to any number of pairs.</summary>
public delegate void JoinFunction<TKey, TLeft, TRight, TOutKey, TOutValue>(JoinedRow<TKey, TLeft, TRight> row, IEmitter<TOutKey, TOutValue> output)
    where TOutKey : allows ref struct
    where TOutValue : allows ref struct;

/// <summary>A reduce-side join: both sides are mapped to the same keys and meet in one shuffle.</summary>
/// <remarks>
/// The side is the second part of a composite key, so that all left values of a key come before its right ones. They are held in memory up to a
/// bound and in a temporary file beyond it, and each right value, streamed, meets them all.
/// </remarks>
public sealed class Join<TKey, TLeft, TRight>
{
    private const byte LeftSide = 0;
    private const byte RightSide = 1;

    private readonly Pairs<(TKey, byte), byte[]> channel;
    private readonly Codec<TLeft> leftCodec;
    private readonly Codec<TRight> rightCodec;

    internal Join(JobBuilder job)
    {
        channel = job.Channel<(TKey, byte), byte[]>();
        leftCodec = job.Codecs.Value<TLeft>();
        rightCodec = job.Codecs.Value<TRight>();
    }

    /// <summary>Maps the records of a source to the left side.</summary>
    public Join<TKey, TLeft, TRight> Left<TRecord>(Source<TRecord> source, MapFunction<TRecord, TKey, TLeft> map) where TRecord : allows ref struct
        => Add(source, map, LeftSide, leftCodec);

    /// <summary>Maps the records of a source to the right side.</summary>
    public Join<TKey, TLeft, TRight> Right<TRecord>(Source<TRecord> source, MapFunction<TRecord, TKey, TRight> map) where TRecord : allows ref struct
        => Add(source, map, RightSide, rightCodec);

    /// <summary>Sets the number of partitions.</summary>
    public Join<TKey, TLeft, TRight> Partitions(int count)
    {
        channel.Partitions(count);
        return this;
    }

    /// <summary>Gives each row of the join to a function.</summary>
    public Dataset<TOutKey, TOutValue> Select<TOutKey, TOutValue>(JoinKind kind, JoinFunction<TKey, TLeft, TRight, TOutKey, TOutValue> select)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => channel.GroupByFirst().Reduce<TOutKey, TOutValue>((key, values, output) =>
        {
            using var lefts = new ReplayBuffer();
            var hasRight = false;
            foreach (var (side, bytes) in values)
            {
                if (side == LeftSide)
                {
                    lefts.Add(bytes);
                    continue;
                }
                hasRight = true;
                var right = rightCodec.Read(bytes);
                if (lefts.Count > 0)
                    foreach (var left in lefts) select(new(key, leftCodec.Read(left), right, true, true), output);
                else if (kind is JoinKind.RightOuter or JoinKind.FullOuter)
                    select(new(key, default, right, false, true), output);
            }
            if (hasRight || kind is not (JoinKind.LeftOuter or JoinKind.FullOuter)) return;
            foreach (var left in lefts) select(new(key, leftCodec.Read(left), default, true, false), output);
        });

    private Join<TKey, TLeft, TRight> Add<TRecord, TValue>(Source<TRecord> source, MapFunction<TRecord, TKey, TValue> map, byte side, Codec<TValue> codec)
        where TRecord : allows ref struct
    {
        source.MapWith(channel, emitter =>
        {
            var tagging = new TaggingEmitter<TValue>(emitter, side, codec);
            return record => map(record, tagging);
        });
        return this;
    }

    private sealed class TaggingEmitter<TValue>(IEmitter<(TKey, byte), byte[]> next, byte side, Codec<TValue> codec) : IEmitter<TKey, TValue>
    {
        private readonly ByteWriter writer = new();

        public void Emit(TKey key, TValue value)
        {
            NullCheck.Refuse(in key);
            NullCheck.Refuse(in value);
            writer.Clear();
            codec.Write(value, writer);
            next.Emit((key, side), writer.Written.ToArray());
        }
    }
}

/// <summary>Joins for job builders.</summary>
public static class JoinExtensions
{
    /// <summary>Begins a join on keys of type <typeparamref name="TKey"/>. Name its sides with <c>Left</c> and <c>Right</c>, then its rows with <c>Select</c>.</summary>
    public static Join<TKey, TLeft, TRight> Join<TKey, TLeft, TRight>(this JobBuilder job) => new(job);
}
