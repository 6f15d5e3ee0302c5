using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>What goes wrong, and when.</summary>
internal sealed partial class World
{
    private readonly List<Fault> pending;
    private readonly List<int> skips;
    private readonly List<Fault> armed = [];
    private int healing;

    /// <summary>Whether something that waits for its moment goes wrong now.</summary>
    public bool Fires(FaultKind kind, Life victim) => armed.Count > 0 && Fires(kind, victim, Moment);

    /// <summary>Whether something goes wrong at what was the moment when it began.</summary>
    public bool Fires(FaultKind kind, Life victim, Moment? moment)
    {
        var index = armed.FindIndex(fault => fault.Kind == kind && fault.At == moment);
        if (index < 0) return false;
        armed.RemoveAt(index);
        Happened(kind, moment, victim.ToString());
        return true;
    }

    /// <summary>Whether the storage refuses something now.</summary>
    public bool Fails(StorageOperation operation)
    {
        // Staging seldom, because half a minute passes before what it leaves is removed.
        if (!Random.Chance(operation == StorageOperation.Stage ? 0.01 : 0.2)) return false;
        Note($"the storage refuses to {operation}");
        Coverage.Count(operation);
        return true;
    }

    /// <summary>Lets begin what is due.</summary>
    private void Tempt()
    {
        if (Moment is not { } moment)
        {
            pending.Clear();
            return;
        }
        for (var i = pending.Count - 1; i >= 0; i--)
        {
            // What comes first in the plan comes late rather than never: every history has a fault.
            var isLate = pending[i].At < moment && Coverage.Faults == 0 && ReferenceEquals(pending[i], plan.Faults[0]);
            if (!isLate && (pending[i].At != moment || skips[i]-- > 0)) continue;
            var fault = pending[i];
            // Such a fault waits until there is a file.
            if (fault.Kind == FaultKind.PartDamaged && !Storage.Staged.Values.Any(staging => staging.Private.Count > 0)) continue;
            if (fault.Kind == FaultKind.DatasetDamaged && !Storage.Staged.Values.Any(staging => staging.Shared.Count > 0)) continue;
            pending.RemoveAt(i);
            skips.RemoveAt(i);
            Begin(fault, moment);
        }
    }

    private void Begin(Fault fault, Moment moment)
    {
        var random = new Randomness((ulong)fault.Target);
        if (fault.Kind == FaultKind.OutputLost)
        {
            LoseOutput(random, moment);
            return;
        }
        if (fault.Kind == FaultKind.PartDamaged)
        {
            DamagePart(random, moment);
            return;
        }
        if (fault.Kind == FaultKind.DatasetDamaged)
        {
            DamageDataset(random, moment);
            return;
        }
        if (Simulation.Coverage.IsArmed(fault.Kind))
        {
            armed.Add(fault);
            return;
        }
        var master = Cluster.Master?.Life;
        var worker = Worker(random);
        var victim = fault.Kind is FaultKind.CrashOfMaster or FaultKind.PausedMaster ? master : worker;
        if (victim is not { IsAlive: true } || (fault.Kind == FaultKind.FalseRemoval && !Cluster.Members.Contains(victim))) return;
        Happened(fault.Kind, moment, victim.ToString());
        switch (fault.Kind)
        {
            case FaultKind.Delay:
                Network.Delay += random.Between(20_000, 1_500_000);
                Later(fault, () => Network.Delay = 0);
                break;
            case FaultKind.Loss:
                Network.Loss = random.Between(10, 90) / 100.0;
                Later(fault, () => Network.Loss = 0);
                break;
            case FaultKind.Repetition:
                Network.Repetition = random.Between(10, 60) / 100.0;
                Later(fault, () => Network.Repetition = 0);
                break;
            case FaultKind.Reordering:
                Network.Disorder = random.Between(10_000, 2_000_000);
                Later(fault, () => Network.Disorder = 0);
                break;
            case FaultKind.OneWayCut:
                var deaf = random.Chance(0.5);
                Later(fault, Network.Cut((from, to) => (deaf ? to : from) == victim.Node));
                break;
            case FaultKind.CutFromMaster:
                Later(fault, Network.Cut((from, to) => (from == victim.Node && to == master?.Node) || (to == victim.Node && from == master?.Node)));
                break;
            case FaultKind.Partition:
                Later(fault, Network.Cut(Divide(fault.Target, 2)));
                break;
            case FaultKind.PartitionInThree:
                Later(fault, Network.Cut(Divide(fault.Target, 3)));
                break;
            case FaultKind.Flapping:
                Flap(fault, random.Between(2, 5));
                break;
            case FaultKind.CrashOfWorker or FaultKind.CrashOfMaster:
                Crash(victim);
                break;
            case FaultKind.CrashWithDisk:
                victim.Node.Disk = new(StringComparer.Ordinal);
                Crash(victim);
                break;
            case FaultKind.CrashOfAll:
                foreach (var node in Nodes)
                    if (node.Life is { } life) Crash(life);
                break;
            case FaultKind.SlowNode:
                victim.Node.Slowness = random.Between(5, 100);
                Later(fault, () => victim.Node.Slowness = 1);
                break;
            case FaultKind.PausedNode or FaultKind.PausedMaster:
                victim.PausedUntil = Agenda.Now + fault.Duration * 1000L;
                Later(fault, () => { });
                break;
            case FaultKind.FalseRemoval:
                Cluster.Remove(victim);
                break;
            case FaultKind.SecondMaster:
                Cluster.AppointAnother(random);
                break;
            case FaultKind.SlotTwice:
                Cluster.Double(random);
                break;
            case FaultKind.JournalIsSlow:
                Journal.Slowness = random.Between(50_000, 2_000_000);
                Later(fault, () => Journal.Slowness = 0);
                break;
            default:
                throw new InvalidOperationException($"Nobody knows how {fault.Kind} goes wrong.");
        }
    }

    /// <summary>A node that runs an attempt, or else any.</summary>
    private Life? Worker(Randomness random)
    {
        var alive = Nodes.Select(node => node.Life!).Where(life => life.IsAlive && !removed.Contains(life)).ToList();
        var busy = alive.Where(life => life.Slots.Any(slot => slot.Current is not null)).ToList();
        return busy.Count > 0 && random.Chance(0.7) ? random.Of(busy) : alive.Count > 0 ? random.Of(alive) : null;
    }

    private void LoseOutput(Randomness random, Moment moment)
    {
        var holders = Nodes.Where(node => node.Disk.Values.Any(outputs => outputs.Count > 0)).ToList();
        if (holders.Count == 0) return;
        var holder = random.Of(holders);
        var (job, outputs) = holder.Disk.First(outputs => outputs.Value.Count > 0);
        var lost = random.Of([.. outputs.Keys]);
        outputs.Remove(lost);
        Happened(FaultKind.OutputLost, moment, $"{lost} of {NameOf(job)} on {holder.Name}");
    }

    /// <summary>A finished part that is not in its place yet is cut or deleted.</summary>
    private void DamagePart(Randomness random, Moment moment)
    {
        var (job, staging) = Storage.Staged.First(staged => staged.Value.Private.Count > 0);
        var path = random.Of([.. staging.Private.Keys.Order(StringComparer.Ordinal)]);
        // What is cut between the look at a file and the rename would be published; nothing in the product is so quick, or promises to notice.
        if (!tracks[job].IsChecked && staging.Private[path].Length > 0 && random.Chance(0.5)) staging.Private[path] = staging.Private[path][..^1];
        else staging.Private.Remove(path);
        tracks[job].OnPartDamaged();
        Happened(FaultKind.PartDamaged, moment, $"{path} of {NameOf(job)}");
    }

    /// <summary>A file between stages, or two, is changed or deleted. Its checksums tell a change from the content that was written.</summary>
    private void DamageDataset(Randomness random, Moment moment)
    {
        var (job, staging) = Storage.Staged.First(staged => staged.Value.Shared.Count > 0);
        // Of two, one may be found while the other is made again.
        for (var more = random.Between(1, 2); more > 0 && staging.Shared.Count > 0; more--)
        {
            var path = random.Of([.. staging.Shared.Keys.Order(StringComparer.Ordinal)]);
            if (random.Chance(0.5)) staging.Damaged.Add(path);
            else staging.Shared.Remove(path);
            Happened(FaultKind.DatasetDamaged, moment, $"{path} of {NameOf(job)}");
        }
    }

    private void Flap(Fault fault, int times)
    {
        var mend = Network.Cut(Divide(fault.Target, 2));
        healing++;
        Agenda.In(2_000_000, null, () =>
        {
            mend();
            healing--;
            if (times > 1) Again();
        });

        void Again()
        {
            healing++;
            Agenda.In(2_000_000, null, () =>
            {
                healing--;
                Flap(fault, times - 1);
            });
        }
    }

    private static Func<Node, Node, bool> Divide(int target, int parts)
    {
        return (from, to) => Part(from) != Part(to);

        int Part(Node node) => (int)(new Randomness((ulong)(target * 1000L + node.Number)).Next() % (ulong)parts);
    }

    private void Later(Fault fault, Action mend)
    {
        healing++;
        Agenda.In(fault.Duration * 1000L, null, () =>
        {
            Note($"{fault.Kind} is over");
            mend();
            healing--;
        });
    }

    private void Happened(FaultKind kind, Moment? moment, string whom)
    {
        deadline = Agenda.Now + Patience;
        Note($"FAULT {kind} while {moment}: {whom}");
        if (moment is { } known && Simulation.Coverage.Means(kind, known)) Coverage.Count(kind, known);
    }
}
