using MapReduce.Protocol.Journal;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>A database with a unique key over stream and sequence number: the second who writes a number is refused.</summary>
internal sealed class Journal(World world)
{
    private readonly Dictionary<string, List<byte[]>> streams = [];
    private readonly int kept = world.Random.Between(5, 60);

    /// <summary>Microseconds that each write takes longer.</summary>
    public int Slowness { get; set; }

    /// <summary>The last record of masters that is not kept any more.</summary>
    public int Compacted { get; private set; }

    /// <summary>The records of masters after one of them, with their numbers, whether or not they are kept.</summary>
    public IEnumerable<(long Revision, MasterRecord Record)> OfMasters(long after)
        => streams.TryGetValue(MasterShell.Stream, out var known) ? known.Skip((int)after).Select((bytes, index) => (after + index + 1, MasterRecord.Parser.ParseFrom(bytes))) : [];

    /// <summary>As many records as are kept at the least, a master makes a snapshot, and then deletes what is older than those.</summary>
    public void Compact(int written)
    {
        if (written % kept == 0) Compacted = Math.Max(Compacted, written - kept);
    }

    public IReadOnlyList<byte[]> Read(string stream) => streams.TryGetValue(stream, out var known) ? [.. known] : [];

    public int Count(string stream) => streams.TryGetValue(stream, out var known) ? known.Count : 0;

    /// <summary>Writes records in one transaction; the writer may be gone before it hears how that went.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="after">How many records the writer knows.</param>
    /// <param name="records">The records.</param>
    /// <param name="writer">Who writes.</param>
    /// <param name="durable">Told of the write itself.</param>
    /// <param name="done">What the writer does then.</param>
    /// <param name="refused">What it does where it was refused.</param>
    public void Write(string stream, int after, IReadOnlyList<byte[]> records, Life writer, Action durable, Action done, Action refused)
    {
        if (world.Fires(FaultKind.CrashBeforeWrite, writer))
        {
            world.Crash(writer);
            return;
        }
        // Under way, a write is the database's: it may be made whether or not the writer lives on.
        var isLostWithWriter = world.Random.Chance(0.5);
        world.Agenda.In(world.Random.Between(500, 2000) + Slowness, null, () =>
        {
            if (!writer.IsAlive && isLostWithWriter) return;
            if (world.Fires(FaultKind.JournalRefuses, writer))
            {
                world.Agenda.In(world.Random.Between(100, 500), writer, refused);
                return;
            }
            if (!streams.TryGetValue(stream, out var known)) streams[stream] = known = [];
            if (world.Surroundings.IsRefused(after, known.Count))
            {
                world.Note($"the journal refuses number {after + 1} of {stream} to {writer}: it has {known.Count}");
                world.Agenda.In(world.Random.Between(100, 500), writer, refused);
                return;
            }
            known.AddRange(records);
            var moment = world.Moment;
            durable();
            if (world.Fires(FaultKind.CrashAfterWrite, writer, moment)) world.Crash(writer);
            else world.Agenda.In(world.Random.Between(100, 500), writer, world.Fires(FaultKind.JournalWritesAndRefuses, writer, moment) ? refused : done);
        });
    }
}
