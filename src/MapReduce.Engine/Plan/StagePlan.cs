using System.IO.Hashing;
using MapReduce.Engine.Input;
using MapReduce.Engine.Output;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Plan;

/// <summary>What a stage consists of: its splits, one for each map task, and the shape of its shuffle. Follows from the inputs, the arguments and the settings alone.</summary>
public sealed class StagePlan
{
    internal StagePlan(int stage, IReadOnlyList<FileSplit> splits, IReadOnlyList<ChannelShape?> channels, string definition = "", DataKey? key = null)
        : this(stage, splits, channels, definition, StagePlanCodec.Write(stage, splits, channels, definition, key))
    {
    }

    /// <param name="stage">The stage.</param>
    /// <param name="splits">Its splits.</param>
    /// <param name="channels">The shapes of its channels.</param>
    /// <param name="definition">The definition of the job that was planned.</param>
    /// <param name="bytes">All of that as bytes.</param>
    internal StagePlan(int stage, IReadOnlyList<FileSplit> splits, IReadOnlyList<ChannelShape?> channels, string definition, byte[] bytes)
    {
        Shape = new PlanShape(stage, splits.Count, channels);
        Definition = definition;
        Splits = splits;
        Bytes = bytes;
        Hash = Convert.ToHexStringLower(XxHash128.Hash(bytes));
    }

    /// <summary>Reads a plan that another process has made.</summary>
    /// <param name="bytes">Its <see cref="Bytes"/>.</param>
    /// <param name="key">The job's key; null where its data is not encrypted.</param>
    /// <exception cref="EngineException">The bytes are no plan, or one of a newer version, or the key is another.</exception>
    public static StagePlan Read(ReadOnlyMemory<byte> bytes, DataKey? key = null) => StagePlanCodec.Read(bytes, key);

    /// <summary>The same plan for one map task that reads files of earlier stages which were made again after it was planned.</summary>
    /// <param name="map">The index of the task.</param>
    /// <param name="remade">The paths of such files, whether or not the task reads them.</param>
    public StagePlan Reading(int map, IReadOnlyCollection<string> remade)
    {
        var newest = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in remade)
            if (DatasetFiles.ShareOf(path) is { } share) newest[share] = path;
        var split = Splits[map];
        if (!split.Ranges.Any(IsReplaced)) return this;
        var splits = Splits.ToArray();
        splits[map] = split with { Ranges = [.. split.Ranges.Select(range => IsReplaced(range) ? range with { File = range.File with { Path = newest[DatasetFiles.ShareOf(range.File.Path)!] } } : range)] };
        return new StagePlan(Stage, splits, Channels, Definition, Bytes.ToArray());

        // An input of the job may have any name, but lies elsewhere.
        bool IsReplaced(FileRange range) => DatasetFiles.ShareOf(range.File.Path) is { } share && newest.TryGetValue(share, out var path) && Path.GetDirectoryName(path) == Path.GetDirectoryName(range.File.Path);
    }

    /// <summary>What a node needs of the plan that runs no task of it.</summary>
    public PlanShape Shape { get; }

    /// <summary>The stage, from 0.</summary>
    public int Stage => Shape.Stage;

    /// <summary>The splits in the order of their values within a key.</summary>
    public IReadOnlyList<FileSplit> Splits { get; }

    /// <summary>The number of map tasks.</summary>
    public int Maps => Shape.Maps;

    /// <summary>The number of reduce tasks: the partitions of all channels.</summary>
    public int Reduces => Shape.Reduces;

    /// <summary>The bytes that the stage reads.</summary>
    public long InputBytes => Splits.Sum(split => split.Length);

    /// <summary>The plan as bytes, for other processes: see <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A digest of the plan.</summary>
    public string Hash { get; }

    /// <summary>The definition of the job that was planned, as <see cref="DefinitionText"/> has it; empty where an older program has planned. Who runs a task must define the same.</summary>
    internal string Definition { get; }

    /// <summary>The number of segments of a map output.</summary>
    internal int Segments => Shape.Segments;

    /// <summary>The shapes of the channels; null for map-only ones.</summary>
    internal IReadOnlyList<ChannelShape?> Channels => Shape.Channels;

    /// <summary>The channel and the partition of a reduce task.</summary>
    internal (int Channel, int Partition) Reduce(int index) => Shape.Reduce(index);
}
