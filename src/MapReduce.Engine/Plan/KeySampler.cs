using MapReduce.Engine.Fold;
using MapReduce.Engine.Input;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Plan;

/// <summary>Finds the borders of key ranges: maps small pieces of the input, spread evenly, and takes quantiles of the keys.</summary>
/// <remarks>The pieces follow from the splits alone, so that the same input gives the same borders.</remarks>
internal static class KeySampler
{
    private const int Pieces = 32;
    private const int PieceBytes = 32 << 10;
    private const int KeysOfPiece = 2048;

    /// <summary>The first keys of the partitions 1, 2, …</summary>
    public static IReadOnlyList<byte[]> Boundaries(JobDefinition job, StageNode stage, ChannelNode channel, IReadOnlyList<FileSplit> splits, int partitions, EngineSettings settings)
    {
        var keys = new List<byte[]>();
        var pieces = Math.Min(Pieces, splits.Count * 4);
        for (var i = 0; i < pieces; i++) Sample(job, stage, channel, Piece(splits, i, pieces), settings, keys);
        keys.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));

        var boundaries = new List<byte[]>();
        for (var i = 1; i < partitions && keys.Count > 0; i++) boundaries.Add(keys[(int)((long)i * keys.Count / partitions)]);
        return boundaries;
    }

    private static FileSplit Piece(IReadOnlyList<FileSplit> splits, int index, int pieces)
    {
        var position = (double)index / pieces * splits.Count;
        var split = splits[(int)position];
        if (split.Ranges.Count == 0) return split;
        var within = position - (int)position;
        var range = split.Ranges[(int)(within * split.Ranges.Count)];
        // Ranges of records of a fixed length stay aligned to them, and compressed files are read from their beginning.
        return split with { Ranges = [range] };
    }

    private static void Sample(JobDefinition job, StageNode stage, ChannelNode channel, FileSplit piece, EngineSettings settings, List<byte[]> keys)
    {
        var scratch = new ScratchFiles(Path.Combine(settings.ScratchFolder, "sample"));
        var context = new EngineTaskContext(new TaskIdentity(stage.Index, 0, 0), job.Counters.Count, scratch);
        var binder = new SamplingBinder(channel, context, keys, KeysOfPiece);
        TaskContext.Enter(context);
        try
        {
            var left = 4L * PieceBytes;
            var reading = new ReadContext(context.Position, new NoBadRecords(), CancellationToken.None, PieceBytes, bytes =>
            {
                // Input that yields few keys must not be read to its end for them.
                if ((left -= bytes) < 0) throw new SampleComplete();
            }, number => settings.StoreOf("sample", number, CancellationToken.None));
            new SourceRunner(binder, piece, reading).Run(stage.Sources[piece.Source]);
        }
        catch (SampleComplete)
        {
            // The piece has given its share.
        }
        finally
        {
            TaskContext.Enter(null);
            scratch.Delete();
        }
    }

    private sealed class SampleComplete : OperationCanceledException;

    private sealed class NoBadRecords : IBadRecords
    {
        public bool Skips => false;

        // A record that user code cannot map is dealt with when it is mapped in earnest.
        public void OnBadRecord(Exception cause, ReadOnlySpan<byte> record)
        {
        }

        public void OnGoodRecord()
        {
        }
    }

    private sealed class SamplingBinder(ChannelNode sampled, TaskContext context, List<byte[]> keys, int limit) : IMapBinder
    {
        public TaskContext Context => context;

        public IEmitter<TKey, TValue> Emitter<TKey, TValue>(ChannelNode<TKey, TValue> channel)
            where TKey : allows ref struct
            where TValue : allows ref struct => new SamplingEmitter<TKey, TValue>(channel, channel == sampled ? keys : null, limit);

        public IEmitter<TKey, TValue> To<TKey, TValue>(Pairs<TKey, TValue> channel)
            where TKey : allows ref struct
            where TValue : allows ref struct => Emitter(channel.Node);

        public void OnClose(Action close)
        {
        }
    }

    private sealed class SamplingEmitter<TKey, TValue>(ChannelNode<TKey, TValue> channel, List<byte[]>? keys, int limit) : IEmitter<TKey, TValue>
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        private readonly KeyBytes<TKey> bytes = new(channel.Keys);
        private int taken;

        public void Emit(scoped TKey key, scoped TValue value)
        {
            if (keys is null) return;
            keys.Add(bytes.Of(in key).ToArray());
            if (++taken == limit) throw new SampleComplete();
        }
    }
}
