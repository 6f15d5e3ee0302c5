using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Mistakes;

/// <summary>A failed fetch does not say whose output is missing.</summary>
internal sealed class LostOutputForgotten : Surroundings
{
    public override IMessage? ToMaster(IMessage message)
    {
        if (message is not Report { Failed.LostMap: not null } report) return message;
        var forgetful = report.Clone();
        forgetful.Failed.LostMap = null;
        return forgetful;
    }
}

/// <summary>A task that cannot read what an earlier stage has made does not say whose file it is.</summary>
internal sealed class DatasetDamageForgotten : Surroundings
{
    public override IMessage? ToMaster(IMessage message)
    {
        if (message is not Report { Failed.DamagedDataset: not null } report) return message;
        var forgetful = report.Clone();
        forgetful.Failed.DamagedDataset = null;
        return forgetful;
    }
}

/// <summary>A task reads the files that its plan names, although they were made again since.</summary>
internal sealed class PlanTrusted : Surroundings
{
    public override IMessage? ToSlot(IMessage message, Life life)
    {
        if (message is not Grant { Remade: true } grant) return message;
        var trusting = grant.Clone();
        trusting.Remade = false;
        return trusting;
    }
}

/// <summary>Who plans a stage while a file that it reads is made again is not told to begin again: its plan counts.</summary>
internal sealed class PlanWithoutShare : Surroundings
{
    private readonly Dictionary<(string, TaskId), Plan> plans = [];

    public override IMessage? ToSlot(IMessage message, Life life)
        => message is Revoke revoke && Wire.Read(revoke.Attempt).Task.Kind == TaskKind.Plan ? null : message;

    public override IMessage? ToMaster(IMessage message)
    {
        if (message is not Report { Planned: { } planned } report || plans.TryAdd((report.Job, Wire.Read(report.Attempt).Task), planned)) return message;
        var first = report.Clone();
        first.Planned = plans[(report.Job, Wire.Read(report.Attempt).Task)];
        return first;
    }
}

/// <summary>A slot is trusted to live once: its report counts for whatever attempt at the task holds a lease.</summary>
internal sealed class SlotTrusted : Surroundings
{
    public override IMessage ToJob(IMessage message, JobState state)
    {
        if (message is not Report report) return message;
        var attempt = Wire.Read(report.Attempt);
        foreach (var lease in state.Leases())
        {
            if (lease.Attempt.Task != attempt.Task || state.Holds(attempt)) continue;
            var trusted = report.Clone();
            trusted.Attempt = Wire.Write(lease.Attempt);
            return trusted;
        }
        return message;
    }
}

/// <summary>Attempts of the same slot number share a file.</summary>
internal sealed class PathOfSlot : Surroundings
{
    public override string PartPath(AttemptId attempt, int slot) => $"{attempt.Task}-slot-{slot}";
}

/// <summary>What an attempt that does not count has counted is added to the next that does.</summary>
internal sealed class LosersCounted : Surroundings
{
    private readonly HashSet<AttemptId> lost = [];
    private long counted;

    public override IMessage ToJob(IMessage message, JobState state)
    {
        if (message is not Report { Made: { } made } report) return message;
        var attempt = Wire.Read(report.Attempt);
        if (state.Winner(attempt.Task) is { } winner && winner != attempt)
        {
            if (lost.Add(attempt)) counted += made.Totals.Counters[0];
            return message;
        }
        if (counted == 0 || !state.Holds(attempt)) return message;
        var padded = report.Clone();
        padded.Made.Totals.Counters[0] += counted;
        counted = 0;
        return padded;
    }
}

/// <summary>Leases never run out.</summary>
internal sealed class LeasesForEver : Surroundings
{
    public override bool TicksJobs => false;
}
