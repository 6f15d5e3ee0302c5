namespace MapReduce.Cli.Generate;

/// <summary>Draws ranks from 0, rank r in proportion to (r + 1) to the power of -exponent: two numbers a draw, by the alias method (Vose, 1991).</summary>
internal sealed class Zipf
{
    private readonly double[] stay;
    private readonly int[] alias;

    public Zipf(int ranks, double exponent)
    {
        stay = new double[ranks];
        alias = new int[ranks];
        var total = 0.0;
        for (var rank = 0; rank < ranks; rank++) total += stay[rank] = Math.Pow(rank + 1, -exponent);
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var rank = 0; rank < ranks; rank++)
        {
            alias[rank] = rank;
            stay[rank] *= ranks / total;
            (stay[rank] < 1 ? small : large).Push(rank);
        }
        while (small.Count > 0 && large.Count > 0)
        {
            var (poor, rich) = (small.Pop(), large.Pop());
            alias[poor] = rich;
            stay[rich] -= 1 - stay[poor];
            (stay[rich] < 1 ? small : large).Push(rich);
        }
    }

    public int Next(SeededRandom random)
    {
        var rank = random.Below(stay.Length);
        return random.NextDouble() < stay[rank] ? rank : alias[rank];
    }
}
