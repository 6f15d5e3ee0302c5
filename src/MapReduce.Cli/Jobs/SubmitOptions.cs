using CommandLine;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Jobs;

/// <summary>The options of <c>mr submit</c>.</summary>
internal sealed class SubmitOptions : ConnectionOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: a .dll, or a project folder, which is built first.")]
    public string? Job { get; set; }

    [Option('i', "input", HelpText = "A file, folder or glob to read. May be given several times.")]
    public IEnumerable<string> Inputs { get; set; } = [];

    [Option('o', "output", HelpText = "The folder to write. It appears when the job has succeeded, all at once.")]
    public string? OutputFolder { get; set; }

    [Option("overwrite", HelpText = "Replace the output of an earlier job.")]
    public bool Overwrite { get; set; }

    [Option("job", HelpText = "The job's class, where the assembly has several.")]
    public string? Class { get; set; }

    [Option("name", HelpText = "What lists call the job, in at most 200 characters. Default: the assembly's name.")]
    public string? Name { get; set; }

    [Option("memory", HelpText = "The memory of each task for buffers and tables, such as 256MiB.")]
    public string? Memory { get; set; }

    [Option("memory-limit", HelpText = "The memory at which an executor is stopped, such as 2GiB.")]
    public string? MemoryLimit { get; set; }

    [Option("attempts", HelpText = "How many attempts at a task may fail, at most 100.")]
    public int? Attempts { get; set; }

    [Option("timeout", HelpText = "How long in seconds an attempt may make no progress, at most 604800, which is seven days.")]
    public double? Timeout { get; set; }

    [Option("priority", Default = 1, HelpText = "The job's share of slots relative to others, from 1 to 1000.")]
    public int Priority { get; set; } = 1;

    [Option("partitions", HelpText = "The number of partitions, at most 100000. Default: from the input.")]
    public int? Partitions { get; set; }

    [Option("split", HelpText = "The size of a split, such as 64MiB.")]
    public string? Split { get; set; }

    [Option("compress", Default = "none", HelpText = "Compression of intermediate data: none, lz4 or zstd.")]
    public string Compress { get; set; } = "none";

    [Option("skip-bad", HelpText = "Skip and quarantine up to so many bad records.")]
    public long SkipBad { get; set; }

    [Option("sync", HelpText = "Sync the output to disk before it appears.")]
    public bool Sync { get; set; }

    [Option("non-determinism", HelpText = "Where a map task that runs again makes another output than the one that was read: fail or warn. Default: the cluster's, which is fail.")]
    public string? NonDeterminism { get; set; }

    [Option("token", HelpText = "A name for this submission, in at most 200 characters: submitting again with it gives the same job.")]
    public string? ClientToken { get; set; }

    [Option("detach", HelpText = "Do not wait for the job to end.")]
    public bool Detach { get; set; }

    [Option('q', "quiet", HelpText = "Write nothing but errors.")]
    public bool Quiet { get; set; }
}
