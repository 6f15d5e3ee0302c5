using CommandLine;

namespace MapReduce.Cli.Run;

/// <summary>The options of <c>mr run</c>.</summary>
internal sealed class RunOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: a .dll, or a project folder, which is built first.")]
    public string? Job { get; set; }

    [Option('i', "input", HelpText = "A file, folder or glob to read. May be given several times.")]
    public IEnumerable<string> Inputs { get; set; } = [];

    [Option('o', "output", HelpText = "The folder to write. It appears when the job has succeeded, all at once.")]
    public string? Output { get; set; }

    [Option("overwrite", HelpText = "Replace the output of an earlier job.")]
    public bool Overwrite { get; set; }

    [Option("job", HelpText = "The job's class, where the assembly has several.")]
    public string? Class { get; set; }

    [Option("nodes", HelpText = "Start so many nodes on this machine for the job, 1 or 3 and more, and end them after it. Default: run in this process.")]
    public int? Nodes { get; set; }

    [Option("name", HelpText = "With --nodes: what lists call the job, in at most 200 characters. Default: the assembly's name.")]
    public string? Name { get; set; }

    [Option("priority", HelpText = "With --nodes: the job's share of slots relative to others, from 1 to 1000. Default: 1.")]
    public int? Priority { get; set; }

    [Option("timeout", HelpText = "With --nodes: how long in seconds an attempt may make no progress, at most 604800, which is seven days.")]
    public double? Timeout { get; set; }

    [Option("memory-limit", HelpText = "With --nodes: the memory at which an executor is stopped, such as 2GiB.")]
    public string? MemoryLimit { get; set; }

    [Option("non-determinism", HelpText = "With --nodes: where a map task that runs again makes another output than the one that was read: fail or warn. Default: fail.")]
    public string? NonDeterminism { get; set; }

    [Option("slots", HelpText = "How many tasks run at a time. Default: the number of processors.")]
    public int? Slots { get; set; }

    [Option("memory", HelpText = "The memory of each slot, such as 256MiB. Default: from the machine.")]
    public string? Memory { get; set; }

    [Option("split", HelpText = "The size of a split, such as 64MiB.")]
    public string? Split { get; set; }

    [Option("partitions", HelpText = "The number of partitions, which is the number of part files, at most 100000. Default: from the input.")]
    public int? Partitions { get; set; }

    [Option("spill", HelpText = "A folder for intermediate data. May be given several times. Default: beside the output.")]
    public IEnumerable<string> Spill { get; set; } = [];

    [Option("compress", Default = "none", HelpText = "Compression of intermediate data on disk: none, lz4 or zstd.")]
    public string Compress { get; set; } = "none";

    [Option("encrypt", HelpText = "Encrypt intermediate data on disk. In one process the key is in memory only; nodes make it from the secret in their folder, which goes after the run.")]
    public bool Encrypt { get; set; }

    [Option("skip-bad", HelpText = "Skip and quarantine up to so many bad records.")]
    public long SkipBad { get; set; }

    [Option("attempts", HelpText = "How many attempts at a task may fail, at most 1000, and with --nodes 100. Default: 1, and with --nodes 4.")]
    public int? Attempts { get; set; }

    [Option("sync", HelpText = "Sync the output to disk before it appears, so that it survives a loss of power.")]
    public bool Sync { get; set; }

    [Option("no-combine", HelpText = "Run no combiner. Slower; the result must be the same.")]
    public bool NoCombine { get; set; }

    [Option("no-keep", HelpText = "Keep no intermediate data in memory.")]
    public bool NoKeep { get; set; }

    [Option("events", HelpText = "Append the job's events to this file, a JSON document a line.")]
    public string? Events { get; set; }

    [Option("connection", HelpText = "A connection that the job names, as NAME=STRING. May be given several times. Others can see it while the job runs: rather set MAPREDUCE_CONNECTION_NAME.")]
    public IEnumerable<string> Connections { get; set; } = [];

    [Option("json", HelpText = "Write the result as JSON, and progress not at all.")]
    public bool Json { get; set; }

    [Option('q', "quiet", HelpText = "Write nothing but errors.")]
    public bool Quiet { get; set; }
}
