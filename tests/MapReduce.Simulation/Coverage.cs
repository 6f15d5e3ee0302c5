using System.Text;
using MapReduce.Coordination;
using MapReduce.Protocol.Journal;
using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation;

/// <summary>How often each fault met each moment, each kind of record was written, and each operation of the storage failed.</summary>
internal sealed class Coverage
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    // The simulated functions are functions of their input, so no output differs from the one whose place it takes.
    private static readonly string[] Happenings =
    [
        .. typeof(JobEvent).GetNestedTypes().Where(kind => kind.IsSubclassOf(typeof(JobEvent)) && kind != typeof(JobEvent.MapOutputDiffers)).Select(NameOf),
        .. Enum.GetValues<MasterRecord.EventOneofCase>().Where(kind => kind != MasterRecord.EventOneofCase.None).Select(NameOf),
        .. Enum.GetValues<StorageOperation>().Select(NameOf),
    ];

    private readonly Dictionary<string, long> happenings = Happenings.ToDictionary(kind => kind, _ => 0L);
    private readonly long[,] counts = new long[Kinds.Length, Moments.Length];

    /// <summary>Whether the fault waits for what it spoils.</summary>
    public static bool IsArmed(FaultKind kind) => kind is FaultKind.CrashBeforeWrite or FaultKind.CrashAfterWrite or FaultKind.CrashBeforeResult or FaultKind.CrashAfterResult
        or FaultKind.JournalRefuses or FaultKind.JournalWritesAndRefuses or FaultKind.FailsBeforePublishing or FaultKind.FailsWhilePublishing or FaultKind.FailsAfterPublishing
        or FaultKind.PartCannotBeWritten or FaultKind.CodeThrows or FaultKind.ExecutorExits or FaultKind.OutputLost or FaultKind.PartDamaged or FaultKind.DatasetDamaged;

    /// <summary>Whether a fault can happen at a moment.</summary>
    public static bool Means(FaultKind kind, Moment moment) => kind switch
    {
        FaultKind.CrashBeforeResult or FaultKind.CrashAfterResult or FaultKind.CodeThrows or FaultKind.ExecutorExits => moment is >= Moment.Planning and <= Moment.Preparing,
        FaultKind.OutputLost => moment is >= Moment.Mapping and <= Moment.Preparing,
        FaultKind.PartDamaged => moment is >= Moment.Shuffling and <= Moment.Publishing,
        FaultKind.DatasetDamaged => moment is >= Moment.Planning and <= Moment.Preparing,
        FaultKind.PartCannotBeWritten => moment is >= Moment.Shuffling and <= Moment.Preparing,
        FaultKind.FailsBeforePublishing or FaultKind.FailsWhilePublishing or FaultKind.FailsAfterPublishing => moment == Moment.Publishing,
        _ => true,
    };

    public long Histories { get; set; }

    public long Faults { get; private set; }

    public void Count(FaultKind kind, Moment moment)
    {
        counts[(int)kind, (int)moment]++;
        Faults++;
    }

    /// <summary>An event of a job is in the journal.</summary>
    public void Count(JobEvent @event) => Count(NameOf(@event.GetType()));

    /// <summary>A record of a master is in the journal.</summary>
    public void Count(MasterRecord record) => Count(NameOf(record.EventCase));

    /// <summary>The storage has refused something.</summary>
    public void Count(StorageOperation operation) => Count(NameOf(operation));

    public void Add(Coverage other)
    {
        foreach (var (kind, count) in other.happenings) happenings[kind] = happenings.GetValueOrDefault(kind) + count;
        Histories += other.Histories;
        Faults += other.Faults;
        foreach (var kind in Kinds)
            foreach (var moment in Moments) counts[(int)kind, (int)moment] += other.counts[(int)kind, (int)moment];
    }

    /// <summary>The cells in which something should have happened, and nothing did, the kinds of records that nobody has written, and the operations of the storage that never failed.</summary>
    public IReadOnlyList<string> Empty()
        => [.. happenings.Where(happening => happening.Value == 0).Select(happening => happening.Key), .. Kinds.SelectMany(kind => Moments.Where(moment => Means(kind, moment) && counts[(int)kind, (int)moment] == 0).Select(moment => $"{kind} while {moment}"))];

    public override string ToString()
    {
        var text = new StringBuilder($"{"",-24}");
        foreach (var moment in Moments) text.Append($"{moment,11}");
        foreach (var kind in Kinds)
        {
            text.Append($"\n{kind,-24}");
            foreach (var moment in Moments) text.Append(Means(kind, moment) ? $"{counts[(int)kind, (int)moment],11}" : $"{"-",11}");
        }
        foreach (var kind in Happenings) text.Append($"\n{kind,-34}{happenings[kind],11}");
        return text.Append('\n').ToString();
    }

    private void Count(string kind) => happenings[kind] = happenings.GetValueOrDefault(kind) + 1;

    private static string NameOf(Type kind) => $"job: {kind.Name}";

    private static string NameOf(StorageOperation operation) => $"storage fails: {operation}";

    private static string NameOf(MasterRecord.EventOneofCase kind) => $"master: {kind}";
}
