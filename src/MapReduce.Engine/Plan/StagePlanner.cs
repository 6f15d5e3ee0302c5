using MapReduce.Engine.Input;
using MapReduce.Engine.Output;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine.Plan;

/// <summary>Plans a stage: lists its inputs, cuts them into splits, and shapes its shuffle.</summary>
internal sealed class StagePlanner(JobDefinition job, EngineSettings settings, Func<ChannelNode, IReadOnlyList<DatasetFile>> datasets, CancellationToken cancellation)
{
    /// <summary>The bytes of map input for each partition, where nobody sets their number.</summary>
    private const long BytesOfPartition = 64L << 20;

    private const int MostPartitions = 4096;

    // Whoever has named a database that is not there should not wait long to hear of it. A job that has done work waits as its tasks do.
    private static readonly TimeSpan PatienceOfFirst = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceOfOthers = TimeSpan.FromMinutes(1);

    // A bucket's keys should fit the processor's second-level cache while they are folded.
    private const long BytesOfBucket = 2L << 20;

    private const int MostBuckets = 64;

    // What one stage leaves for the next may be small, and so much work that one slot should not have it alone. A task takes some milliseconds to start, and
    // tenths of a second for this much.
    private const long SmallestSplitOfDataset = 4L << 20;

    private const int SplitsOfSmallDataset = 64;

    /// <summary>The plan of a stage whose predecessors are complete.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="definition">The definition of the job, which the plan keeps.</param>
    public StagePlan Plan(int stage, string definition)
    {
        var node = job.Stages[stage];
        var listing = new SourceListing(job.Name, settings, datasets, stage == 0, StoreOfPlan(stage));
        for (var i = 0; i < node.Sources.Count; i++) listing.Add(i, node.Sources[i]);
        var bytes = listing.Splits.Sum(split => split.Length);
        var shapes = new List<ChannelShape?>();
        var segment = 0;
        foreach (var channel in node.Channels)
        {
            if (channel.IsMapOnly)
            {
                shapes.Add(null);
                continue;
            }
            var partitions = Partitions(channel, bytes);
            var buckets = channel.Reduce!.IsFolded ? Buckets(bytes / partitions) : 1;
            IReadOnlyList<byte[]> boundaries = channel.Partitioning == PartitioningKind.Range && partitions > 1
                ? new KeySampler(job, node, channel, settings, cancellation).Boundaries(listing.Splits, partitions)
                : [];
            var shape = new ChannelShape(segment, partitions, buckets, boundaries);
            segment += shape.Segments;
            shapes.Add(shape);
        }
        CheckStores(node, listing.Splits.Count, shapes);
        return new StagePlan(stage, listing.Splits, shapes, definition, settings.Key);
    }

    /// <summary>Asks the stores that the job writes to whether they can take it: all of them before any work is done, and then with the number of tasks of each stage.</summary>
    private void CheckStores(StageNode stage, int maps, List<ChannelShape?> shapes)
    {
        var stages = stage.Index == 0 ? job.Stages : [stage];
        var sinks = stages.SelectMany(other => other.Channels).SelectMany(channel => channel.Result!.Sinks.Select(sink => new CheckedSink(sink, Tasks(channel)))).ToList();
        foreach (var connection in sinks.GroupBy(sink => new StoreTarget(sink.Sink.Participant, sink.Sink.Connection)))
        {
            foreach (var (sink, _) in connection)
            {
                try
                {
                    sink.Check(StoreOfPlan(stage.Index), connection.Sum(other => other.Tasks));
                }
                catch (StoreException exception)
                {
                    throw StoreFailures.OfPlan(exception, isInput: false, stage.Index == 0);
                }
            }
        }

        int Tasks(ChannelNode channel) => channel.Stage != stage.Index ? 0 : shapes[channel.Index]?.Partitions ?? maps;
    }

    private sealed record CheckedSink(SinkNode Sink, int Tasks);

    private StoreContext StoreOfPlan(int stage)
        => new(settings.Job, "plan", 0, settings.Connections.Find, cancellation) { SplitBytes = settings.SplitBytes, Patience = stage == 0 ? PatienceOfFirst : PatienceOfOthers };

    private int Partitions(ChannelNode channel, long bytes)
    {
        var single = channel.Result!.Outputs.FirstOrDefault(output => output.Target.FileName is not null);
        if (single is not null)
        {
            return channel.Partitions <= 1 ? 1 : throw new EngineException(EngineError.Definition,
                $"The output file '{single.Target.FileName}' needs a single partition, but the job asks for {channel.Partitions}. Leave out the number of partitions, or write parts instead.");
        }
        if (channel.Partitions > 0) return channel.Partitions;
        if (settings.Partitions > 0) return settings.Partitions;
        return (int)Math.Clamp((bytes + BytesOfPartition - 1) / BytesOfPartition, 1, MostPartitions);
    }

    private static int Buckets(long bytesOfPartition)
        => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(bytesOfPartition / BytesOfBucket, 1, MostBuckets));

    /// <summary>Lists the files of sources and cuts them.</summary>
    private sealed class SourceListing(string job, EngineSettings settings, Func<ChannelNode, IReadOnlyList<DatasetFile>> datasets, bool isFirst, StoreContext store) : ISourceVisitor
    {
        private int index;

        public List<FileSplit> Splits { get; } = [];

        public void Add(int source, SourceNode node)
        {
            index = source;
            node.Accept(this);
        }

        public void Visit<TRecord>(RecordSourceNode<TRecord> source) where TRecord : allows ref struct
        {
            object format = source.Format;
            if (format is NumbersFormat numbers)
            {
                Splits.AddRange(SplitPlanner.PlanNumbers(index, numbers.Count, numbers.PerTask));
                return;
            }
            if (source.Format is StoreFormat<TRecord> rows)
            {
                ListPieces(rows);
                return;
            }
            if (source.Format.Inputs!.Patterns.Count == 0)
                throw new EngineException(EngineError.BadInput, $"{job} reads files, and none was named. Name files, folders or globs with --input.");
            var files = InputListing.List(source.Format.Inputs!.Patterns)
                .Select(file => new InputFile(file.Path, file.Length, file.ModifiedTicks, ByteSources.Detect(file.Path))).ToList();
            var alignment = format is FixedRecordFormat records ? records.Length : 1;
            foreach (var file in files)
                if (alignment > 1 && file.Compression == FileCompression.None && file.Length % alignment != 0)
                    throw new EngineException(EngineError.BadInput,
                        $"'{file.Path}' has {file.Length} bytes, which is no multiple of the record length {alignment}: its last record is cut short. Check the record length, or fetch the file again.");
            Splits.AddRange(SplitPlanner.Plan(index, files, source.Format.CanSplit, settings.SplitBytes, alignment, source.Format.ReadsEmptyFiles));
        }

        private void ListPieces<TRecord>(StoreFormat<TRecord> rows) where TRecord : allows ref struct
        {
            try
            {
                Splits.AddRange(rows.Source.Plan(store).Select(piece => new FileSplit(index, [], Piece: piece.Text, PieceBytes: piece.Bytes)));
            }
            catch (StoreException exception)
            {
                throw StoreFailures.OfPlan(exception, isInput: true, isFirst);
            }
        }

        public void Visit<TKey, TValue>(DatasetSourceNode<TKey, TValue> source)
            where TKey : allows ref struct
            where TValue : allows ref struct
        {
            var files = datasets(source.Dataset.Channel).Where(file => file.Rows > 0).Select(file => new InputFile(file.Path, file.RawLength, 0)).ToList();
            var splitBytes = Math.Min(settings.SplitBytes, Math.Max(SmallestSplitOfDataset, files.Sum(file => file.Length) / SplitsOfSmallDataset));
            Splits.AddRange(SplitPlanner.Plan(index, files, canSplit: true, splitBytes, RunWriter.BlockLength));
        }
    }
}
