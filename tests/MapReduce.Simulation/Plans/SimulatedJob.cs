namespace MapReduce.Simulation.Plans;

/// <summary>A small job with a real result: it sums the values of each key, in later stages with coarser keys. A pair is a key and a value.</summary>
internal sealed class SimulatedJob(JobPlan plan, long seed)
{
    private const int Keys = 12;

    public JobPlan Plan => plan;

    /// <summary>The pairs of a split of the input.</summary>
    public (int Key, long Value)[] Split(int index)
    {
        var random = new Randomness((ulong)(seed * 31 + index));
        var pairs = new (int, long)[plan.Pairs];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = (random.Between(0, Keys - 1), random.Between(1, 1000));
        return pairs;
    }

    /// <summary>The map function, and the partitions of its output.</summary>
    public (int Key, long Value)[][] Map(int stage, (int Key, long Value)[] input)
    {
        var partitions = new List<(int, long)>[plan.Reduces];
        for (var i = 0; i < partitions.Length; i++) partitions[i] = [];
        foreach (var (key, value) in input)
        {
            var mapped = stage == 0 ? key : key / 2;
            partitions[mapped % plan.Reduces].Add((mapped, value + stage));
        }
        return [.. partitions.Select(partition => partition.ToArray())];
    }

    /// <summary>The reduce function: one pair a key, in the order of keys.</summary>
    public static (int Key, long Value)[] Reduce(IEnumerable<(int Key, long Value)[]> shares)
    {
        var sums = new SortedDictionary<int, long>();
        foreach (var share in shares)
            foreach (var (key, value) in share) sums[key] = sums.GetValueOrDefault(key) + value;
        return [.. sums.Select(sum => (sum.Key, sum.Value))];
    }

    /// <summary>What a sequential run writes and counts: the pairs that map functions read, and the keys that reduce functions saw.</summary>
    public ((int Key, long Value)[][] Parts, long[] Counters) Expected()
    {
        var made = new List<(int Key, long Value)[][]>();
        var counters = new long[2];
        for (var stage = 0; stage < plan.Stages.Length; stage++)
        {
            var inputs = stage == 0 ? [.. Enumerable.Range(0, plan.Maps).Select(Split)] : plan.Stages[stage].SelectMany(earlier => made[earlier]).ToArray();
            counters[0] += inputs.Sum(input => input.Length);
            var outputs = Array.ConvertAll(inputs, input => Map(stage, input));
            made.Add([.. Enumerable.Range(0, plan.Reduces).Select(reduce => Reduce(outputs.Select(output => output[reduce])))]);
            counters[1] += made[stage].Sum(part => part.Length);
        }
        return (made[^1], counters);
    }
}
