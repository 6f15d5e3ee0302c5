using System.Text;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation;

/// <summary>How often each fault met each moment.</summary>
internal sealed class Coverage
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

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

    public void Add(Coverage other)
    {
        Histories += other.Histories;
        Faults += other.Faults;
        foreach (var kind in Kinds)
            foreach (var moment in Moments) counts[(int)kind, (int)moment] += other.counts[(int)kind, (int)moment];
    }

    /// <summary>The cells in which something should have happened, and nothing did.</summary>
    public IReadOnlyList<string> Empty()
        => [.. Kinds.SelectMany(kind => Moments.Where(moment => Means(kind, moment) && counts[(int)kind, (int)moment] == 0).Select(moment => $"{kind} while {moment}"))];

    public override string ToString()
    {
        var text = new StringBuilder($"{"",-24}");
        foreach (var moment in Moments) text.Append($"{moment,11}");
        foreach (var kind in Kinds)
        {
            text.Append($"\n{kind,-24}");
            foreach (var moment in Moments) text.Append(Means(kind, moment) ? $"{counts[(int)kind, (int)moment],11}" : $"{"-",11}");
        }
        return text.Append('\n').ToString();
    }
}
