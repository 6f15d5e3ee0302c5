using MapReduce.Api;

namespace MapReduce.Cli.Top;

/// <summary>A cluster at one moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="Total">How many jobs it knows.</param>
/// <param name="Running">The jobs that have not ended, newest first.</param>
/// <param name="Ended">The last jobs that have ended, newest first.</param>
/// <param name="Rates">Of each running job the bytes of input that it reads a second; none at the first look.</param>
internal sealed record ClusterView(DateTimeOffset At, NodeList Nodes, int Total, IReadOnlyList<JobDetails> Running, IReadOnlyList<JobSummary> Ended, IReadOnlyDictionary<string, double> Rates)
{
    private const int MostRunning = 12;
    private const int MostEnded = 5;

    /// <summary>Looks at a cluster.</summary>
    /// <param name="client">The way to it.</param>
    /// <param name="before">The look before, from which rates follow; null at first.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ClusterView> LookAsync(MapReduceClient client, ClusterView? before, DateTimeOffset now, CancellationToken cancellation)
    {
        var nodes = await client.NodesAsync(cancellation);
        var jobs = await client.JobsAsync(0, cancellation);
        var running = new List<JobDetails>();
        foreach (var job in jobs.Jobs.Where(job => job.Ended is null).Take(MostRunning)) running.Add(await client.JobAsync(job.Id, cancellation));
        return new ClusterView(now, nodes, jobs.Total, running, [.. jobs.Jobs.Where(job => job.Ended is not null).Take(MostEnded)], RatesOf(running, before, now));
    }

    /// <summary>The bytes of input that jobs have read a second since the look before.</summary>
    public static Dictionary<string, double> RatesOf(IEnumerable<JobDetails> running, ClusterView? before, DateTimeOffset now)
    {
        var rates = new Dictionary<string, double>();
        if (before is null || now <= before.At) return rates;
        var earlier = before.Running.ToDictionary(job => job.Id, job => job.InputBytes);
        // A lost attempt takes what it had read with it.
        foreach (var job in running)
            if (earlier.TryGetValue(job.Id, out var bytes)) rates[job.Id] = Math.Max(0, job.InputBytes - bytes) / (now - before.At).TotalSeconds;
        return rates;
    }
}
