using MapReduce.Engine.Fold;
using MapReduce.Engine.Input;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Plan;

/// <summary>Finds the borders of key ranges: maps small pieces of the input, spread evenly, and takes quantiles of the keys.</summary>
/// <remarks>
/// The pieces follow from the input alone, so that the same input gives the same borders. Each is mapped once, however often it stands for its part of the
/// input, and all of them together are a small part of the job: a piece ends with its share of bytes or keys, and what cannot end there, because a record is
/// large or a number takes its time, is taken only until an eighth of the input is through.
/// </remarks>
internal sealed class KeySampler(JobDefinition job, StageNode stage, ChannelNode channel, EngineSettings settings, CancellationToken cancellation)
{
    private const int Pieces = 32;
    private const int PieceBytes = 128 << 10;
    private const int BufferBytes = 32 << 10;
    private const int KeysOfPiece = 2048;
    private const int PartOfInput = 8;

    private readonly List<byte[]> keys = [];
    private long bytesLeft;
    private long numbersLeft;

    /// <summary>The first keys of the partitions 1, 2, …</summary>
    public IReadOnlyList<byte[]> Boundaries(IReadOnlyList<FileSplit> splits, int partitions)
    {
        var count = Math.Min(Pieces, splits.Count * 4);
        var pieces = Enumerable.Range(0, count).Select(index => PlaceOf(splits, index, count)).GroupBy(place => place).Select(place => (Place: place.Key, Weight: place.Count())).ToList();
        // Reading ahead takes a buffer more than a piece.
        bytesLeft = Math.Max(2L * pieces.Count * PieceBytes, splits.Sum(split => split.Length) / PartOfInput);
        var numbers = splits.Sum(split => split.Numbers);
        numbersLeft = Math.Max(1, numbers / PartOfInput);
        var numbersOfPiece = Math.Max(1, numbersLeft / Math.Max(1, pieces.Count(piece => splits[piece.Place.Split].Numbers > 0)));
        foreach (var index in Spread(pieces.Count))
        {
            if (bytesLeft < 0 || numbersLeft <= 0) break;
            var ((split, range), weight) = pieces[index];
            var before = keys.Count;
            Sample(Piece(splits[split], range, numbersOfPiece));
            var taken = keys.Count - before;
            for (var repeated = 1; repeated < weight; repeated++) keys.AddRange(keys.GetRange(before, taken));
        }
        keys.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));

        var boundaries = new List<byte[]>();
        for (var i = 1; i < partitions && keys.Count > 0; i++) boundaries.Add(keys[(int)((long)i * keys.Count / partitions)]);
        return boundaries;
    }

    private static (int Split, int Range) PlaceOf(IReadOnlyList<FileSplit> splits, int index, int pieces)
    {
        var position = (double)index / pieces * splits.Count;
        var within = position - (int)position;
        return ((int)position, (int)(within * splits[(int)position].Ranges.Count));
    }

    private static FileSplit Piece(FileSplit split, int range, long numbers)
    {
        if (split.Numbers > 0) return split with { Numbers = Math.Min(split.Numbers, numbers) };
        // Ranges of records of a fixed length stay aligned to them, and compressed files are read from their beginning.
        return split.Ranges.Count == 0 ? split : split with { Ranges = [split.Ranges[range]] };
    }

    /// <summary>All numbers below <paramref name="count"/>, the first of them spread over the whole: with their bits turned round.</summary>
    private static IEnumerable<int> Spread(int count)
    {
        var bits = System.Numerics.BitOperations.Log2((uint)Math.Max(1, count - 1)) + 1;
        for (var i = 0; i < 1 << bits; i++)
        {
            var turned = 0;
            for (var bit = 0; bit < bits; bit++) turned |= ((i >> bit) & 1) << (bits - 1 - bit);
            if (turned < count) yield return turned;
        }
    }

    private void Sample(FileSplit piece)
    {
        var scratch = new ScratchFiles(Path.Combine(settings.ScratchFolder, "sample"));
        var context = new EngineTaskContext(new TaskIdentity(stage.Index, 0, 0), job.Counters.Count, scratch);
        var binder = new SamplingBinder(channel, context, keys, cancellation);
        var records = new SampledRecords(cancellation);
        TaskContext.Enter(context);
        try
        {
            var left = (long)PieceBytes;
            var reading = new ReadContext(context.Position, records, cancellation, BufferBytes, bytes =>
            {
                bytesLeft -= bytes;
                // Input that yields few keys must not be read to its end for them; but of one that has only large records, one is needed.
                if ((left -= bytes) < 0 && records.Count > 0) throw new SampleComplete();
            }, number => settings.StoreOf("sample", number, cancellation), settings.Key);
            new SourceRunner(binder, piece, reading).Run(stage.Sources[piece.Source]);
        }
        catch (SampleComplete)
        {
            // The piece has given its share.
        }
        finally
        {
            binder.Mappers.GiveUp();
            TaskContext.Enter(null);
            scratch.Delete();
        }
        if (piece.Numbers > 0) numbersLeft -= records.Count;
    }

    private sealed class SampleComplete : ReadingEnded;

    private sealed class SampledRecords(CancellationToken cancellation) : IBadRecords
    {
        /// <summary>The records that were mapped to their end.</summary>
        public long Count { get; private set; }

        public bool Skips => true;

        // A record that user code cannot map is dealt with when it is mapped in earnest.
        public void OnBadRecord(Exception cause, ReadOnlySpan<byte> record) => OnGoodRecord();

        public void OnGoodRecord()
        {
            Count++;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private sealed class SamplingBinder(ChannelNode sampled, TaskContext context, List<byte[]> keys, CancellationToken cancellation) : IMapBinder
    {
        public TaskContext Context => context;

        /// <summary>They are given up rather than closed: what they emit at the end is no part of the sample.</summary>
        public Disposal Mappers { get; } = new(null);

        public void Own(object mapper) => Mappers.Take(mapper);

        public IEmitter<TKey, TValue> Emitter<TKey, TValue>(ChannelNode<TKey, TValue> channel)
            where TKey : allows ref struct
            where TValue : allows ref struct => new SamplingEmitter<TKey, TValue>(channel, channel == sampled ? keys : null, cancellation);

        public IEmitter<TKey, TValue> To<TKey, TValue>(Pairs<TKey, TValue> channel)
            where TKey : allows ref struct
            where TValue : allows ref struct => Emitter(channel.Node);

        public void OnClose(Action close)
        {
        }
    }

    private sealed class SamplingEmitter<TKey, TValue>(ChannelNode<TKey, TValue> channel, List<byte[]>? keys, CancellationToken cancellation) : IEmitter<TKey, TValue>
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        private readonly KeyBytes<TKey> bytes = new(channel.Keys);
        private int taken;

        public void Emit(scoped TKey key, scoped TValue value)
        {
            cancellation.ThrowIfCancellationRequested();
            if (keys is null) return;
            keys.Add(bytes.Of(in key).ToArray());
            if (++taken == KeysOfPiece) throw new SampleComplete();
        }
    }
}
