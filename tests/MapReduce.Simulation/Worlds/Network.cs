using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>The way between nodes, with all that can go wrong on it.</summary>
internal sealed class Network(Agenda agenda, Randomness random)
{
    private const int Journey = 300;

    private readonly List<Func<Node, Node, bool>> cuts = [];

    /// <summary>Microseconds that each message takes longer.</summary>
    public long Delay { get; set; }

    /// <summary>The most microseconds by which messages overtake each other.</summary>
    public int Disorder { get; set; }

    public double Loss { get; set; }

    public double Repetition { get; set; }

    /// <summary>Whether something is cut off.</summary>
    public bool IsCut => cuts.Count > 0;

    /// <summary>Cuts ways, and tells how to mend that.</summary>
    public Action Cut(Func<Node, Node, bool> isCut)
    {
        cuts.Add(isCut);
        return () => cuts.Remove(isCut);
    }

    public bool Reaches(Node from, Node to)
    {
        if (from == to) return true;
        foreach (var cut in cuts)
            if (cut(from, to)) return false;
        return true;
    }

    public void Send(Life from, Life to, Action receive)
    {
        if (!from.IsAlive) return;
        if (from == to)
        {
            agenda.In(random.Between(1, 30), to, receive);
            return;
        }
        if (!Reaches(from.Node, to.Node) || (Loss > 0 && random.Chance(Loss))) return;
        agenda.In(Duration(), to, receive);
        while (Repetition > 0 && random.Chance(Repetition)) agenda.In(Duration() + random.Between(0, 2_000_000), to, receive);
    }

    private long Duration() => Journey + Delay + (Disorder > 0 ? random.Between(0, Disorder) : 0);
}
