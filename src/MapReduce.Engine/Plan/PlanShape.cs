using System.Runtime.InteropServices;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Plan;

/// <summary>How many tasks a stage has, and where a map output holds the share of each reduce task: all of a plan that a node needs which runs none of them itself.</summary>
/// <remarks>It takes little memory, whatever the plan holds: code of users makes plans, and they may be long.</remarks>
public sealed class PlanShape
{
    /// <param name="stage">The stage.</param>
    /// <param name="maps">The number of map tasks.</param>
    /// <param name="channels">The shapes of the channels, of which boundaries do not matter here; null for map-only ones.</param>
    internal PlanShape(int stage, int maps, IReadOnlyList<ChannelShape?> channels)
    {
        Stage = stage;
        Maps = maps;
        Channels = channels;
        Segments = channels.Sum(shape => shape?.Segments ?? 0);
        Reduces = channels.Sum(shape => shape?.Partitions ?? 0);
    }

    /// <summary>Reads the shape of a plan, and passes over the rest.</summary>
    /// <param name="bytes">A stream of its <see cref="StagePlan.Bytes"/> that can seek; it stays open.</param>
    /// <exception cref="EngineException">The bytes are no plan, or one of a newer version.</exception>
    public static PlanShape Read(Stream bytes) => StagePlanCodec.ReadShape(bytes);

    /// <summary>Reads the shape of a plan in memory, of which no copy is made.</summary>
    /// <param name="bytes">Its <see cref="StagePlan.Bytes"/>.</param>
    /// <exception cref="EngineException">The bytes are no plan, or one of a newer version.</exception>
    public static PlanShape Read(ReadOnlyMemory<byte> bytes)
    {
        var array = MemoryMarshal.TryGetArray(bytes, out var segment) ? segment : new ArraySegment<byte>(bytes.ToArray());
        using var stream = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
        return Read(stream);
    }

    /// <summary>The stage, from 0.</summary>
    public int Stage { get; }

    /// <summary>The number of map tasks.</summary>
    public int Maps { get; }

    /// <summary>The number of reduce tasks: the partitions of all channels.</summary>
    public int Reduces { get; }

    /// <summary>The number of segments of a map output.</summary>
    internal int Segments { get; }

    /// <summary>The shapes of the channels; null for map-only ones.</summary>
    internal IReadOnlyList<ChannelShape?> Channels { get; }

    /// <summary>The channel and the partition of a reduce task.</summary>
    internal (int Channel, int Partition) Reduce(int index)
    {
        for (var channel = 0; channel < Channels.Count; channel++)
        {
            var partitions = Channels[channel]?.Partitions ?? 0;
            if (index < partitions) return (channel, index);
            index -= partitions;
        }
        throw new ArgumentOutOfRangeException(nameof(index), "The stage has no such reduce task.");
    }
}
