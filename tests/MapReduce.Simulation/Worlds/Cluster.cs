using MapReduce.Coordination;
using MapReduce.Protocol;

namespace MapReduce.Simulation.Worlds;

/// <summary>What a cluster gives, and no more: who is in it as far as it can tell, one master at a time as far as it can tell, and a home for each slot.</summary>
/// <remarks>A node that does not answer is unreachable, later removed, though it may live and believe in itself for a while. The greater part goes on, the others stop and join again.</remarks>
internal sealed class Cluster(World world, int slotsOfNode)
{
    private const long Interval = 500_000;

    private readonly List<(Life Life, long UnreachableSince)> members = [];
    private readonly Dictionary<int, Life> homes = [];
    private readonly long patience = world.Random.Between(1_500_000, 4_000_000);
    private MasterShell? master;
    private long appointed;
    private long heard;
    private string told = "";

    /// <summary>The master that the cluster takes for the one.</summary>
    public MasterShell? Master => master;

    public IEnumerable<Life> Members => members.Select(member => member.Life);

    public void Begin(IEnumerable<Life> lives)
    {
        members.AddRange(lives.Select(life => (life, -1L)));
        Appoint(members[0].Life);
        world.Agenda.In(Interval, null, Gossip);
    }

    /// <summary>Asks a slot to live where it has its home, or else on a node that has room.</summary>
    public void Wake(Life from, int slot)
    {
        if (!homes.TryGetValue(slot, out var home))
        {
            home = members.Where(member => member.UnreachableSince < 0 && member.Life.IsAlive).Select(member => member.Life)
                .OrderByDescending(life => slotsOfNode - homes.Values.Count(other => other == life)).FirstOrDefault();
            if (home is null || homes.Values.Count(other => other == home) >= slotsOfNode) return;
            homes[slot] = home;
        }
        world.Network.Send(from, home, () => home.StartSlot(slot));
    }

    /// <summary>The same slot begins on another node, where it runs already.</summary>
    public void Double(Plans.Randomness random)
    {
        var slot = homes.Count == 0 ? -1 : homes.Keys.Order().ElementAt(random.Between(0, homes.Count - 1));
        var others = members.Where(member => member.Life.IsAlive && slot >= 0 && homes[slot] != member.Life).ToList();
        if (others.Count == 0) return;
        homes[slot] = random.Of(others).Life;
        homes[slot].StartSlot(slot);
    }

    /// <summary>A life has said that it leaves, or is taken for dead.</summary>
    public void Remove(Life life)
    {
        if (members.RemoveAll(member => member.Life == life) == 0) return;
        world.Removed(life);
        world.Note($"the cluster removes {life}{(life.IsAlive ? ", which lives" : "")}");
        foreach (var slot in homes.Where(home => home.Value == life).Select(home => home.Key).ToList()) homes.Remove(slot);
        if (life.IsAlive) world.Agenda.In(world.Random.Between(0, 12_000_000), life, () => world.Restart(life, "it hears that it was removed"));
    }

    /// <summary>Another node gets a master, too.</summary>
    public void AppointAnother(Plans.Randomness random)
    {
        var others = members.Where(member => member.Life.IsAlive && member.Life != master?.Life).ToList();
        if (others.Count > 0) Appoint(random.Of(others).Life);
    }

    public void TellMembers(MasterShell to)
    {
        // Who is there it may hear long after its reign has begun. Of a change it hears soon: before a slot of a new node has done anything.
        var delay = heard > 0 ? world.Random.Between(1_000, 20_000) : world.Random.Chance(0.1) ? world.Random.Between(300_000, 3_000_000) : world.Random.Between(1_000, 300_000);
        heard = Math.Max(heard, world.Agenda.Now + delay);
        world.Agenda.At(heard, to.Life, () => to.OnMembers(Snapshot()));
    }

    private Dictionary<WorkerId, Member> Snapshot() => members.ToDictionary(member => member.Life.Id, member => new Member(slotsOfNode, member.UnreachableSince < 0));

    private void Gossip()
    {
        var now = world.Agenda.Now;
        var main = Main();
        foreach (var (life, since) in members.ToList())
        {
            var index = members.FindIndex(member => member.Life == life);
            if (main.Contains(life)) members[index] = (life, -1);
            else if (since < 0) members[index] = (life, now);
            else if (now - since > patience) Remove(life);
        }
        foreach (var node in world.Nodes)
            if (node.Life is { IsAlive: true } life && life.PausedUntil <= now && members.TrueForAll(member => member.Life != life)
                && !world.WasRemoved(life) && members.Exists(member => main.Contains(member.Life) && Linked(life, member.Life)) | members.Count == 0)
            {
                members.Add((life, -1));
                main.Add(life);
            }
        if (master is null || !master.Life.IsAlive || members.TrueForAll(member => member.Life != master.Life))
        {
            var oldest = members.FirstOrDefault(member => main.Contains(member.Life) && member.Life.IsAlive).Life;
            if (oldest is not null && now > appointed + 1_000_000) Appoint(oldest);
        }
        foreach (var life in Members)
            if (master is not null && life.Master != master && Linked(life, master.Life)) life.Master = master;
        var state = string.Join(',', members.Select(member => $"{member.Life}{member.UnreachableSince < 0}"));
        if (master is { Life.IsAlive: true, Reigns: true } && state != told)
        {
            told = state;
            if (main.Contains(master.Life)) TellMembers(master);
        }
        world.Agenda.In(Interval, null, Gossip);
    }

    private void Appoint(Life life)
    {
        appointed = world.Agenda.Now;
        master = new MasterShell(world, life);
        life.Master = master;
        (told, heard) = ("", 0);
        world.Note($"{life} becomes master");
    }

    /// <summary>The greatest part of the members that see each other; of equals, that of the oldest.</summary>
    private HashSet<Life> Main()
    {
        var now = world.Agenda.Now;
        var alive = members.Select(member => member.Life).Where(life => life.IsAlive && life.PausedUntil <= now).ToList();
        if (!world.Network.IsCut) return [.. alive];
        HashSet<Life> main = [];
        var left = alive;
        while (left.Count > main.Count)
        {
            HashSet<Life> part = [left[0]];
            for (var queue = new Queue<Life>(part); queue.TryDequeue(out var next);)
                foreach (var other in left)
                    if (!part.Contains(other) && Linked(next, other)) { part.Add(other); queue.Enqueue(other); }
            if (part.Count > main.Count) main = part;
            left = [.. left.Where(life => !part.Contains(life))];
        }
        return main;
    }

    private bool Linked(Life left, Life right) => world.Network.Reaches(left.Node, right.Node) && world.Network.Reaches(right.Node, left.Node);
}
