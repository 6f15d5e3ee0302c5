using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Plans;
using Failure = MapReduce.Protocol.Work.Failure;
using Plan = MapReduce.Protocol.Work.Plan;

namespace MapReduce.Simulation.Worlds;

/// <summary>An attempt on a node: it reads, computes, and leaves its files, step by step.</summary>
internal sealed class AttemptRun(World world, SlotShell slot, Grant grant, Action<Report?> ended)
{
    private const long Retry = 1_000_000;
    private const int Tries = 2;

    private readonly AttemptId attempt = Wire.Read(grant.Attempt);
    private readonly SimulatedJob job = world.JobOf(grant.Job);
    private readonly List<Dataset> datasets = [];
    private bool isStopped;
    private bool isOver;
    public bool IsFetching { get; private set; }

    public void Begin()
    {
        world.Ran(grant, attempt, slot.Life);
        Later(1, () =>
        {
            switch (attempt.Task.Kind)
            {
                case TaskKind.Plan:
                    if (attempt.Task.Stage == 0) Planned([.. Enumerable.Range(0, job.Plan.Maps).Select(split => $"split-{split}")]);
                    else AskDatasets(remade: false, () => Planned([.. datasets.Where(file => job.Plan.Stages[attempt.Task.Stage].Contains(file.Channel)).Select(file => file.Path)]));
                    break;
                case TaskKind.Map:
                    if (grant.Remade) AskDatasets(remade: true, Map);
                    else Map();
                    break;
                default:
                    Fetching(true);
                    AskOutputs(new MapOutputs(grant.Job, attempt.Task.Stage));
                    break;
            }
        });
    }

    /// <summary>Stops it, a moment from now, unless it ends before.</summary>
    public void Stop()
    {
        if (isStopped) return;
        isStopped = true;
        world.Agenda.In(world.Random.Between(100, 50_000), slot.Life, () => End(null));
    }

    private void Planned(IReadOnlyList<string> splits)
    {
        var digest = string.Join('|', splits);
        world.Plans[digest] = splits;
        var report = NewReport();
        report.Planned = new Plan { Digest = digest, Maps = splits.Count, Reduces = job.Plan.Reduces };
        if (attempt.Task.Stage == 0) report.Planned.Definition = Definition();
        Finish(report, () => { });
    }

    private Opened Definition()
    {
        var definition = new Opened { Name = "sums", Counters = { "pairs", "keys" } };
        foreach (var earlier in job.Plan.Stages) definition.Stages.Add(new Stage { DependsOn = { earlier } });
        return definition;
    }

    private void AskDatasets(bool remade, Action then) => Ask(new DatasetsQuery { Job = grant.Job, From = datasets.Count, Remade = remade }, answer =>
    {
        if (answer is not Datasets page || page.From != datasets.Count)
        {
            Fail(FailureKind.Storage, "the master cannot say what the earlier stages have made");
            return;
        }
        foreach (var stage in page.Files) datasets.AddRange(stage.Files);
        if (datasets.Count < page.Total) AskDatasets(remade, then);
        else then();
    });

    private void Map()
    {
        var split = Newest(world.Plans[grant.Plan][attempt.Task.Index]);
        if (Read(split) is not { } input)
        {
            // Where the whole folder is gone, the job is over.
            if (world.Storage.Staged.ContainsKey(grant.Job)) Fail(FailureKind.FetchFailed, $"{split} is damaged or gone", dataset: MakerOf(split));
            else Fail(FailureKind.Storage, $"{split} is not there");
            return;
        }
        if (attempt.Task is { Stage: 0, Index: 0 } && job.Plan.End == JobEnd.AlwaysThrows)
        {
            Fail(FailureKind.UserCode, "thrown");
            return;
        }
        var report = NewReport();
        report.Made = new Products { Totals = new Totals { Counters = { input.Length, 0 } } };
        var output = job.Map(attempt.Task.Stage, input);
        Finish(report, () =>
        {
            if (!slot.Life.Node.Disk.TryGetValue(grant.Job, out var outputs)) slot.Life.Node.Disk[grant.Job] = outputs = [];
            outputs[attempt] = output;
        });
    }

    private (int, long)[]? Read(string split)
    {
        if (attempt.Task.Stage == 0) return job.Split(int.Parse(split["split-".Length..], System.Globalization.CultureInfo.InvariantCulture));
        return world.Storage.Staged.TryGetValue(grant.Job, out var staging) && staging.Shared.TryGetValue(split, out var pairs) && !staging.Damaged.Contains(split) ? pairs : null;
    }

    /// <summary>The file that has taken the place of one in the plan.</summary>
    private string Newest(string split) => datasets.Find(file => ShareOf(file.Path) == ShareOf(split))?.Path ?? split;

    private static string ShareOf(string path) => string.Join('-', path.Split('-').Take(3));

    /// <summary>The attempt that made a file.</summary>
    public static AttemptId? MakerOf(string path) => AttemptId.TryParse(string.Join('-', path.Split('-').Skip(3)));

    private void AskOutputs(MapOutputs outputs)
    {
        if (outputs.Next is not { } query)
        {
            Fetch(outputs.Found, new (int, long)[outputs.Found.Count][], 0, Tries);
            return;
        }
        Ask(query, answer =>
        {
            if (outputs.Add(answer as Outputs) is { } missing) Fail(FailureKind.FetchFailed, missing);
            else AskOutputs(outputs);
        });
    }

    /// <summary>Fetches one share after the other from whoever now lives at the holder's address.</summary>
    private void Fetch(IReadOnlyList<(AttemptId Map, Holder Holder)> maps, (int, long)[][] shares, int done, int tries)
    {
        if (done == maps.Count)
        {
            Fetching(false);
            Later(2, () => Reduce(shares));
            return;
        }
        var (map, holder) = maps[done];
        var node = world.NodeOf(holder.Node);
        var isAnswered = false;
        if (node.Life is { IsAlive: true } server)
        {
            var epoch = slot.Life.Epochs.Highest;
            world.Network.Send(slot.Life, server, () =>
            {
                if (!server.Epochs.Admit(epoch)) return;
                var share = node.Disk.TryGetValue(grant.Job, out var outputs) && outputs.TryGetValue(map, out var output) ? output[attempt.Task.Index] : null;
                world.Agenda.In(world.Random.Between(500, 12_000), server, () => world.Network.Send(server, slot.Life, () =>
                {
                    if (isAnswered || isOver || isStopped) return;
                    isAnswered = true;
                    if (share is null)
                    {
                        Fail(FailureKind.FetchFailed, $"{holder.Node} has no output of {map}", map);
                        return;
                    }
                    shares[done] = share;
                    Fetch(maps, shares, done + 1, Tries);
                }));
            });
        }
        world.Agenda.In(Retry, slot.Life, () =>
        {
            if (isAnswered || isOver || isStopped) return;
            isAnswered = true;
            if (tries > 1) Fetch(maps, shares, done, tries - 1);
            else Fail(FailureKind.FetchFailed, $"the output of {map} cannot be fetched from {holder.Node}", map);
        });
    }

    private void Reduce((int, long)[][] shares)
    {
        var result = SimulatedJob.Reduce(shares);
        var isLast = attempt.Task.Stage == job.Plan.Stages.Length - 1;
        var path = isLast ? world.Surroundings.PartPath(attempt, slot.Number) : $"dataset-{attempt.Task.Stage}-{attempt.Task.Index}-{attempt}";
        // Nobody but the master makes or removes the staging folder: where it is gone, the job is over.
        if (world.Fires(FaultKind.PartCannotBeWritten, slot.Life) || !world.Storage.Staged.TryGetValue(grant.Job, out var staging))
        {
            Fail(FailureKind.Storage, "the part cannot be written");
            return;
        }
        (isLast ? staging.Private : staging.Shared)[path] = result;
        world.TrackOf(grant.Job).Prepared++;
        var report = NewReport();
        report.Made = new Products { Totals = new Totals { Counters = { 0, result.Length } } };
        if (isLast) report.Made.Parts.Add(new Part { Name = $"part-{attempt.Task.Index:D5}", PrivatePath = path, Length = result.Length });
        else report.Made.Datasets.Add(new Dataset { Channel = attempt.Task.Stage, Path = path });
        Finish(report, () => { });
    }

    private void Finish(Report report, Action keep) => Later(1, () =>
    {
        if (world.Fires(FaultKind.CodeThrows, slot.Life))
        {
            Fail(FailureKind.UserCode, "thrown");
            return;
        }
        if (world.Fires(FaultKind.ExecutorExits, slot.Life))
        {
            Fail(FailureKind.ExecutorExited, "exited");
            return;
        }
        if (world.Fires(FaultKind.CrashBeforeResult, slot.Life))
        {
            world.Crash(slot.Life);
            return;
        }
        keep();
        if (world.Fires(FaultKind.CrashAfterResult, slot.Life)) world.Crash(slot.Life);
        else End(report);
    });

    private void Fail(FailureKind kind, string message, AttemptId? lostMap = null, AttemptId? dataset = null)
    {
        var report = NewReport();
        report.Failed = new Failure { Kind = kind, Message = message, LostMap = lostMap is { } lost ? Wire.Write(lost) : null, DamagedDataset = dataset is { } damaged ? Wire.Write(damaged) : null };
        world.Note($"{attempt} on {slot.Life} fails: {message}");
        End(report);
    }

    private void End(Report? report)
    {
        if (isOver) return;
        isOver = true;
        Fetching(false);
        ended(report);
    }

    private void Fetching(bool fetches)
    {
        if (IsFetching == fetches) return;
        IsFetching = fetches;
        world.TrackOf(grant.Job).Fetching += fetches ? 1 : -1;
    }

    /// <summary>Asks the master until one answers.</summary>
    private void Ask(IMessage question, Action<IMessage> then)
    {
        var isAnswered = false;
        world.ToMaster(slot.Life, question, answer =>
        {
            if (isAnswered || isOver || isStopped || (Wire.EpochOf(answer) is { } epoch && !slot.Life.Epochs.Admit(epoch))) return;
            isAnswered = true;
            then(answer);
        });
        world.Agenda.In(Retry, slot.Life, () =>
        {
            if (isAnswered || isOver || isStopped) return;
            isAnswered = true;
            Ask(question, then);
        });
    }

    private Report NewReport() => new() { Job = grant.Job, Attempt = grant.Attempt };

    private void Later(int parts, Action act) => world.Agenda.In(world.Random.Between(2_000, 40_000) * (long)parts * slot.Life.Node.Slowness, slot.Life, () =>
    {
        if (!isOver && !isStopped) act();
    });
}
