using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>The carrying out of a decision about an output: part after part is placed, then the whole appears by one rename. A replaced master may do the same beside its successor.</summary>
internal static class Publication
{
    public static void Begin(World world, JobShell job, JobSpec spec, JobState state, Action<CarryingOut> then)
    {
        var parts = PartsOf(state);
        var counters = state.Counters.ToArray();
        Step(0);

        void Step(int number) => world.Agenda.In(world.Random.Between(200, 2_000), job.Life, () =>
        {
            // A master that was replaced must not make anew what its successor has cleaned up.
            if (!world.Storage.Staged.TryGetValue(spec.Id, out var staging)) then(IsThere(world, spec) ? CarryingOut.Done : CarryingOut.Failed);
            else if (number == 0 && world.Fires(FaultKind.FailsBeforePublishing, job.Life)) then(CarryingOut.Failed);
            else if (number == 0 && !IsThere(world, spec) && parts.Any(part => !IsWhole(staging, part.File))) then(CarryingOut.Refused);
            else if (number < parts.Count)
            {
                if (world.Fires(FaultKind.FailsWhilePublishing, job.Life) || !Place(world, spec, staging, parts[number].File)) then(CarryingOut.Failed);
                else Step(number + 1);
            }
            else if (number == parts.Count)
            {
                staging.Manifest = counters;
                if (world.Fires(FaultKind.FailsWhilePublishing, job.Life)) then(CarryingOut.Failed);
                else if (!Rename(world, spec, staging)) then(CarryingOut.Refused);
                else if (world.Fires(FaultKind.FailsAfterPublishing, job.Life)) then(CarryingOut.Failed);
                else Step(number + 1);
            }
            else
            {
                world.Storage.Staged.Remove(spec.Id);
                then(CarryingOut.Done);
            }
        });
    }

    public static void Discard(World world, JobShell job, JobSpec spec, Action<CarryingOut> then) => world.Agenda.In(world.Random.Between(200, 4_000), job.Life, () =>
    {
        var fails = world.Fails(StorageOperation.Discard);
        if (world.Surroundings.Discards && !fails) world.Storage.Staged.Remove(spec.Id);
        then(fails ? CarryingOut.Failed : CarryingOut.Done);
    });

    /// <summary>Looks at the parts before the commit is decided.</summary>
    public static void Check(World world, JobShell job, JobSpec spec, JobState state, Action<IReadOnlyList<DamagedPart>> then, Action<CarryingOut> failed)
    {
        var parts = PartsOf(state);
        world.Agenda.In(world.Random.Between(100, 3_000), job.Life, () =>
        {
            if (!world.Storage.Staged.TryGetValue(spec.Id, out var staging))
            {
                failed(CarryingOut.Failed);
                return;
            }
            var damaged = parts.Where(part => world.Surroundings.ChecksParts && !IsWhole(staging, part.File)).Select(part => new DamagedPart(part.Attempt, part.File.Name, "cut or deleted")).ToList();
            world.TrackOf(spec.Id).IsChecked |= world.Surroundings.ChecksParts && damaged.Count == 0;
            then(damaged);
        });
    }

    private static List<(AttemptId Attempt, Part File)> PartsOf(JobState state)
    {
        var parts = new List<(AttemptId, Part)>();
        for (var stage = 0; stage < state.StageCount; stage++)
        {
            for (var reduce = 0; reduce < state.Progress(stage).Reduces; reduce++)
            {
                var task = new TaskId(stage, TaskKind.Reduce, reduce);
                foreach (var part in state.Made(task)?.Parts ?? []) parts.Add((state.Winner(task)!.Value, part));
            }
        }
        return parts;
    }

    /// <summary>Whether a part is as its task left it, placed or not.</summary>
    private static bool IsWhole(Staging staging, Part part)
        => staging.Private.TryGetValue(part.PrivatePath, out var content) ? content.Length == part.Length : staging.Ready.TryGetValue(part.Name, out var placed) && placed.Content.Length == part.Length;

    private static bool Place(World world, JobSpec spec, Staging staging, Part part)
    {
        if (!staging.Private.Remove(part.PrivatePath, out var content)) return staging.Ready.ContainsKey(part.Name) || IsThere(world, spec);
        staging.Ready[part.Name] = (part.PrivatePath, content);
        return true;
    }

    private static bool Rename(World world, JobSpec spec, Staging staging)
    {
        if (IsThere(world, spec)) return world.Surroundings.PublishesAgain;
        if (world.Storage.Published.ContainsKey(spec.Output)) return false;
        world.Storage.Published[spec.Output] = (spec.Id, staging);
        world.OnPublished(spec, staging);
        return true;
    }

    private static bool IsThere(World world, JobSpec spec) => world.Storage.Published.TryGetValue(spec.Output, out var there) && there.Job == spec.Id;
}
