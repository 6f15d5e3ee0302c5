using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>The tasks of one stage. Changed only by <see cref="JobState.Apply"/>.</summary>
internal sealed class StageState(IReadOnlyList<int> dependsOn)
{
    private TaskCell[] plan = [TaskCell.New()];
    private TaskCell[] maps = [];
    private TaskCell[] reduces = [];
    private byte[]?[] mapsMade = [];
    private byte[]?[] reducesMade = [];

    public IReadOnlyList<int> DependsOn { get; } = dependsOn;

    public PendingTasks PendingMaps { get; } = new();

    public PendingTasks PendingReduces { get; } = new();

    public bool PlanIsPending { get; set; } = true;

    /// <summary>The digest of the plan; null until it is made.</summary>
    public string? PlanHash { get; private set; }

    public int MapsDone { get; set; }

    public int ReducesDone { get; set; }

    public int MapCount => maps.Length;

    public int ReduceCount => reduces.Length;

    public bool IsPlanned => PlanHash is not null;

    public bool MapsAreDone => IsPlanned && MapsDone == maps.Length;

    /// <summary>Whether the stage's results are complete; its map outputs are not needed any more.</summary>
    public bool IsComplete => MapsAreDone && ReducesDone == reduces.Length;

    /// <summary>What the attempts that count have prepared: files for the output, and shares of stores.</summary>
    public int Prepared { get; set; }

    /// <summary>Whether the map outputs may be gone, because nobody needed them any more.</summary>
    public bool OutputsAreFreed { get; set; }

    /// <summary>Whether the files for later stages may be gone, for the same reason.</summary>
    public bool DatasetIsFreed { get; set; }

    /// <summary>What the map tasks have counted that counted something, so that an output that is lost or damaged takes its counts along.</summary>
    public Dictionary<int, Counts> MapCounts { get; } = [];

    /// <summary>What the reduce tasks have counted that counted something, for the same reason.</summary>
    public Dictionary<int, Counts> ReduceCounts { get; } = [];

    /// <summary>Map outputs that were lost, until their tasks have run again: the node may come back with its disk.</summary>
    public Dictionary<int, LostOutput> LostOutputs { get; } = [];

    /// <summary>How long the tasks that are done took, for telling slow ones.</summary>
    public Durations MapDurations { get; } = new();

    public Durations ReduceDurations { get; } = new();

    public void Open(string planHash, int mapCount, int reduceCount)
    {
        PlanHash = planHash;
        maps = NewCells(mapCount);
        reduces = NewCells(reduceCount);
        PendingMaps.Open(mapCount);
        PendingReduces.Open(reduceCount);
    }

    /// <summary>What the attempt that counts has made, as bytes, because a job may have a million tasks.</summary>
    public byte[]? MadeBy(TaskId task) => task.Kind switch
    {
        TaskKind.Map => mapsMade.Length > 0 ? mapsMade[task.Index] : null,
        TaskKind.Reduce => reducesMade.Length > 0 ? reducesMade[task.Index] : null,
        _ => null,
    };

    public void Keep(TaskId task, Products made) => Keep(task, made.ToByteArray());

    public void Forget(TaskId task)
    {
        var kept = task.Kind == TaskKind.Map ? mapsMade : reducesMade;
        if (kept.Length > 0) kept[task.Index] = null;
    }

    public void Keep(TaskId task, byte[] made)
    {
        // A snapshot has no other sign for nothing.
        if (made.Length == 0) return;
        ref var kept = ref task.Kind == TaskKind.Map ? ref mapsMade : ref reducesMade;
        if (kept.Length == 0) kept = new byte[]?[Cells(task.Kind).Length];
        kept[task.Index] = made;
    }

    /// <summary>Whether the stage has the task.</summary>
    public bool Has(TaskId task) => task.Index >= 0 && task.Index < Cells(task.Kind).Length;

    public ref TaskCell Cell(TaskId task) => ref Cells(task.Kind)[task.Index];

    public PendingTasks Pending(TaskKind kind) => kind == TaskKind.Map ? PendingMaps : PendingReduces;

    public Dictionary<int, Counts> CountsOf(TaskKind kind) => kind == TaskKind.Map ? MapCounts : ReduceCounts;

    public void ForgetCounts()
    {
        MapCounts.Clear();
        ReduceCounts.Clear();
    }

    public Durations DurationsOf(TaskKind kind) => kind == TaskKind.Map ? MapDurations : ReduceDurations;

    public Span<TaskCell> Cells(TaskKind kind) => kind switch
    {
        TaskKind.Plan => plan,
        TaskKind.Map => maps,
        _ => reduces,
    };

    private static TaskCell[] NewCells(int count)
    {
        var cells = new TaskCell[count];
        cells.AsSpan().Fill(TaskCell.New());
        return cells;
    }
}

/// <summary>The middle of the durations of finished tasks, kept in a bounded sample.</summary>
internal sealed class Durations
{
    private const int Kept = 64;

    private readonly List<TimeSpan> sample = [];
    private TimeSpan? median;

    /// <summary>The number of tasks that have ended.</summary>
    public int Count { get; private set; }

    public void Add(TimeSpan duration)
    {
        if (sample.Count < Kept) sample.Add(duration);
        else sample[Count % Kept] = duration;
        Count++;
        median = null;
    }

    public DurationSnapshot Write() => new() { Sample = { sample.Select(duration => duration.Ticks) }, Count = Count };

    public void Restore(DurationSnapshot snapshot)
    {
        sample.AddRange(snapshot.Sample.Select(TimeSpan.FromTicks));
        Count = snapshot.Count;
        median = null;
    }

    /// <summary>The median; zero where nothing has ended.</summary>
    public TimeSpan Median()
    {
        if (sample.Count == 0) return TimeSpan.Zero;
        if (median is { } known) return known;
        var sorted = sample.ToArray();
        Array.Sort(sorted);
        median = sorted[sorted.Length / 2];
        return median.Value;
    }
}

/// <summary>What an attempt has counted.</summary>
/// <param name="Counters">By the number of the counter.</param>
/// <param name="SkippedRecords">The bad records that it passed over.</param>
internal readonly record struct Counts(IReadOnlyList<long> Counters, long SkippedRecords)
{
    public bool IsNothing => SkippedRecords == 0 && Counters.All(count => count == 0);
}

/// <summary>An output that was lost.</summary>
/// <param name="Attempt">The number of the attempt that made it.</param>
/// <param name="Counts">What it counted; null for nothing.</param>
/// <param name="Made">What else it made.</param>
/// <param name="IsDamaged">Whether a part of the attempt is damaged, so that it cannot count again although its output may still be there.</param>
internal sealed record LostOutput(int Attempt, Counts? Counts, byte[]? Made, bool IsDamaged = false);
