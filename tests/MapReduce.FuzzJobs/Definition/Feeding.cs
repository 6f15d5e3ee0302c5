using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>The counters of the feeds of a channel.</summary>
internal sealed class FeedCounters(JobBuilder job, int channel)
{
    /// <summary>Records that were seen.</summary>
    public Counter Records { get; } = job.Counter(RecordsOf(channel));

    /// <summary>Pairs that were emitted, below zero.</summary>
    public Counter Pairs { get; } = job.Counter(PairsOf(channel));

    /// <summary>Mappers that were set up, less those that were closed.</summary>
    public Counter Open { get; } = job.Counter(OpenOf(channel));

    public static string RecordsOf(int channel) => $"records {channel}";

    public static string PairsOf(int channel) => $"pairs {channel}";

    public static string OpenOf(int channel) => $"open {channel}";

    public static string GroupsOf(int channel) => $"groups {channel}";
}

/// <summary>A map function with the types of its channel.</summary>
internal sealed class Feeding<TKey, TValue>(FeedPlan plan, Lazy<Emissions> emissions, Kind<TKey> key, Kind<TValue> value, AuthorMistakes mistakes, FeedCounters counters)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public FeedStyle Style => plan.Style;

    public bool WantsWords => plan.Emit.Tokens == Tokens.Words;

    public AuthorMistakes Mistakes => mistakes;

    public FeedCounters Counters => counters;

    /// <summary>Maps a record.</summary>
    public void Feed(RecordView record, IEmitter<TKey, TValue> output)
    {
        counters.Records.Increment();
        foreach (var pair in emissions.Value.Of(record)) Emit(pair, output);
    }

    /// <summary>Maps a record and keeps what it would emit.</summary>
    public void Hold(RecordView record, List<(object? Key, object? Value)> held)
    {
        counters.Records.Increment();
        // All or nothing: of a record that is passed over nothing may come at the end.
        held.AddRange(emissions.Value.Of(record).ToList());
    }

    public void Emit((object? Key, object? Value) pair, IEmitter<TKey, TValue> output)
    {
        counters.Pairs.Add(-1);
        output.Emit(key.Open(pair.Key), value.Open(pair.Value));
    }
}

/// <summary>A map function as an object.</summary>
/// <param name="feeding">What it does.</param>
/// <param name="view">How it sees records.</param>
internal sealed class PlannedMapper<TRecord, TKey, TValue>(Feeding<TKey, TValue> feeding, Viewer<TRecord> view) : IMapper<TRecord, TKey, TValue>, IDisposable
    where TRecord : allows ref struct
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly List<(object? Key, object? Value)> held = [];
    private string? scratch;
    private bool isDisposed;

    public void Setup(TaskContext context)
    {
        feeding.Mistakes.Make(MistakePlace.MapperSetup);
        feeding.Counters.Open.Increment();
        scratch = Path.Combine(context.ScratchFolder, $"{context.Stage}-{context.Task}-{context.Attempt}");
        File.WriteAllText(scratch, "mine");
    }

    public void Map(TRecord record, IEmitter<TKey, TValue> output)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (feeding.Style == FeedStyle.HoldingMapper) feeding.Hold(view(record, feeding.WantsWords), held);
        else feeding.Feed(view(record, feeding.WantsWords), output);
    }

    public void Close(IEmitter<TKey, TValue> output)
    {
        feeding.Mistakes.Make(MistakePlace.MapperClose);
        feeding.Counters.Open.Add(-1);
        if (scratch is null || File.ReadAllText(scratch) != "mine") throw new InvalidOperationException("The scratch folder is not this attempt's own.");
        foreach (var pair in held) feeding.Emit(pair, output);
    }

    public void Dispose() => isDisposed = true;
}
