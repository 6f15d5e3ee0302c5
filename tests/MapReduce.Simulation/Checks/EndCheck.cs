using MapReduce.Coordination;
using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Checks;

/// <summary>What must hold when a history is over.</summary>
internal static class EndCheck
{
    /// <summary>Whether nothing is left to happen.</summary>
    public static bool IsQuiet(World world) => Left(world) is null;

    public static void Stuck(World world) => world.Violate("ends", $"long after the last fault, {Left(world)}");

    public static void Check(World world)
    {
        foreach (var client in world.Clients)
        {
            var track = world.TrackOf(client.Job!);
            CheckEnd(world, track);
            foreach (var watcher in client.Watchers) CheckWatcher(world, track, watcher);
        }
        foreach (var job in world.Cluster.Master!.Jobs) CheckProcess(world, job);
    }

    /// <summary>What is not in order; null where all is.</summary>
    private static string? Left(World world)
    {
        foreach (var client in world.Clients)
        {
            if (client.Job is not { } job) return "a client has not heard that its job is accepted";
            var track = world.TrackOf(job);
            if (!track.IsEnded) return $"{track.Name} has not ended: {(world.Cluster.Master?.Jobs.FirstOrDefault(shell => shell.Id.ToString() == job)?.State is { } state ? $"{state.Phase}, {state.RunningAttempts} leases, {state.RunnableTasks} runnable" : "it has no process")}";
            if (!client.IsDone) return $"a client of {track.Name} waits";
        }
        if (world.Watchers.Any(watcher => watcher.Revision < world.LastEnd)) return "somebody who watches the cluster has not heard of the last end";
        foreach (var staged in world.Storage.Staged.Keys) return $"there is a staging folder of {world.NameOf(staged)}";
        foreach (var node in world.Nodes)
        {
            if (node.Life is not { IsAlive: true } life) return $"{node.Name} does not live";
            if (life.Slots.FirstOrDefault(slot => !slot.IsIdle) is { } busy) return $"slot {busy.Number} of {life} is busy";
            if (node.Disk.Count > 0) return $"{node.Name} has files of {world.NameOf(node.Disk.First().Key)}";
        }
        if (world.Cluster.Master is not { Reigns: true, Life.IsAlive: true } master) return "nobody reigns";
        if (master.Protocol.Accepting > 0) return "a job is being accepted";
        if (master.Protocol.Registry.Staging.Any()) return "a job was staged and not accepted";
        if (master.Protocol.Dispatcher.Demands.Count > 0) return "a job wants slots";
        return master.Protocol.Dispatcher.Held is var held and > 0 ? $"{held} slots are offered or run something" : null;
    }

    private static void CheckEnd(World world, Track track)
    {
        var ledger = track.Ledger;
        var isAsMeant = track.Definition.Plan.End switch
        {
            JobEnd.Success => ledger.End is JobEvent.JobPublished || ledger.IsRefusal(ledger.End),
            JobEnd.AlwaysThrows => ledger.End is JobEvent.JobFailed { Failure.Reason: FailureReason.UserCode or FailureReason.LeaseExpired or FailureReason.ExecutorExited },
            _ => ledger.End is JobEvent.JobPublished or JobEvent.JobCancelled || ledger.IsRefusal(ledger.End),
        };
        if (!isAsMeant) world.Violate("meant", $"{track.Name} was to end with {track.Definition.Plan.End}, and ended so: {ledger.End}");
        if (ledger.End is JobEvent.JobPublished != (ledger.Output is not null)) world.Violate("all-or-nothing", $"{track.Name} ended so: {ledger.End}, and its output is {(ledger.Output is null ? "not " : "")}there");
    }

    private static void CheckWatcher(World world, Track track, Watcher watcher)
    {
        // What comes after the end is only that later masters have looked at the job.
        var events = track.Ledger.Events;
        for (var i = 0; i < Math.Max(watcher.Events.Count, 1); i++)
        {
            if (i < watcher.Events.Count && i < events.Count && watcher.Events[i].Equals(JobEventCodec.ToRecord(events[i]))) continue;
            world.Violate("watchers", $"a watcher of {track.Name} has as number {i + 1} of {watcher.Events.Count} what is not number {i + 1} of {events.Count}");
        }
        if (!watcher.Events.Any(record => JobEventCodec.FromRecord(record) is JobEvent.JobPublished or JobEvent.JobFailed or JobEvent.JobCancelled)) world.Violate("watchers", $"a watcher of {track.Name} has not heard of its end");
    }

    private static void CheckProcess(World world, JobShell job)
    {
        if (job.State is not { } state) return;
        if (state.RunningAttempts > 0 || state.Leases().Any()) world.Violate("leaks", $"{world.NameOf(job.Id.ToString())} has ended with {state.RunningAttempts} leases");
        if (job.Protocol.Remembered > 0) world.Violate("leaks", $"{world.NameOf(job.Id.ToString())} has ended and remembers {job.Protocol.Remembered} attempts");
        if (job.Feed.Waiting > 0) world.Violate("leaks", $"{world.NameOf(job.Id.ToString())} has ended and {job.Feed.Waiting} questions wait");
    }
}
