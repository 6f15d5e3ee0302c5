using MapReduce.Cli.Cluster;
using MapReduce.Cli.Jobs;

namespace MapReduce.Cli.Run;

/// <summary><c>mr run --nodes N</c>: a cluster for one job, started before it and gone after it.</summary>
internal static class RunOnNodes
{
    public static ExitCode Run(RunOptions options, int nodes, IReadOnlyList<string> jobArguments)
    {
        if (options.Spill.Any() || options.NoCombine || options.NoKeep || options.Events is not null)
            throw new UserException(ExitCode.Usage, "--spill, --no-combine, --no-keep and --events are for runs in one process, not for --nodes.");
        var submit = Submission(options);
        var request = SubmitVerb.Request(submit, jobArguments);
        using var cancel = new CancelKey();
        return RunAsync(options, nodes, submit, request, cancel.Token).GetAwaiter().GetResult();
    }

    /// <summary>How the job is submitted to the nodes: as <c>mr submit</c> would with the same options.</summary>
    internal static SubmitOptions Submission(RunOptions options)
    {
        var submit = new SubmitOptions
        {
            Job = options.Job,
            Inputs = options.Inputs,
            OutputFolder = options.Output,
            Overwrite = options.Overwrite,
            Class = options.Class,
            Name = options.Name,
            Memory = options.Memory,
            MemoryLimit = options.MemoryLimit,
            Split = options.Split,
            Partitions = options.Partitions,
            Compress = options.Compress,
            SkipBad = options.SkipBad,
            Attempts = options.Attempts,
            Timeout = options.Timeout,
            NonDeterminism = options.NonDeterminism,
            Sync = options.Sync,
            Json = options.Json,
            Quiet = options.Quiet,
        };
        if (options.Priority is { } priority) submit.Priority = priority;
        return submit;
    }

    private static async Task<ExitCode> RunAsync(RunOptions options, int nodes, SubmitOptions submit, Api.SubmitRequest request, CancellationToken cancellation)
    {
        var assembly = JobProject.Assembly(options.Job!, options.Quiet || options.Json);
        var folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;
        var cluster = new LocalCluster(folder);
        try
        {
            var state = await cluster.UpAsync(nodes, Slots(options.Slots, nodes), options.Encrypt ? ["storage.encryption=on"] : [], cancellation);
            if (!options.Quiet && !options.Json)
                await Console.Error.WriteLineAsync($"{nodes} nodes are up: {string.Join(", ", state.Nodes.Select(node => $"{node.Name} (process {node.ProcessId})"))}. To kill one: mr cluster kill 2 --cluster {folder}");
            using var client = Connection.Open(folder, state.Nodes);
            return await SubmitVerb.RunAsync(client, assembly, request, submit, WriteJson, cancellation);
        }
        finally
        {
            await cluster.DownAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes what a run in one process writes, which writes nothing where it fails.</summary>
    private static void WriteJson(Api.JobDetails details, JobHistory history)
    {
        if (details.Phase == "succeeded") ReportDisplay.Json(history.Report(details));
    }

    private static int Slots(int? wanted, int nodes) => wanted is null ? ClusterVerb.Slots(null, nodes) : Math.Max(1, ClusterVerb.Slots(wanted, nodes) / nodes);
}
