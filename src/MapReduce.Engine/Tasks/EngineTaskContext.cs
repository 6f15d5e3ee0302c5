using MapReduce.Engine.Input;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>The context of one task attempt.</summary>
internal sealed class EngineTaskContext(TaskIdentity identity, int counters, ScratchFiles scratch) : TaskContext, IHoldsBack
{
    private readonly long[] counts = new long[counters];
    private readonly long[] released = new long[counters];

    /// <summary>Moved by the reader.</summary>
    public RecordPosition Position { get; } = new();

    /// <summary>What the attempt has added to each counter.</summary>
    public IReadOnlyList<long> Counts => counts;

    public override int Stage => identity.Stage;

    public override int Task => identity.Index;

    public override int Attempt => identity.Attempt;

    public override string FilePath => Position.FilePath;

    public override long Offset => Position.Offset;

    public override string ScratchFolder => scratch.Folder;

    /// <summary>Keeps what was counted up to here.</summary>
    public void Release() => counts.CopyTo(released, 0);

    /// <summary>Takes back what was counted since the last <see cref="Release"/>.</summary>
    public void Forget() => released.CopyTo(counts, 0);

    internal override void AddToCounter(int index, long amount) => counts[index] += amount;
}

/// <summary>Which attempt at which task this is.</summary>
/// <param name="Stage">The stage, from 0.</param>
/// <param name="Index">The number of the task within its stage and phase, from 0.</param>
/// <param name="Attempt">The number of the attempt, from 0.</param>
public sealed record TaskIdentity(int Stage, int Index, int Attempt);
