using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Local;
using MapReduce.Postgres;
using MapReduce.Storage;

namespace MapReduce.Cli.Run;

/// <summary><c>mr run</c>: a job in this process.</summary>
internal static class RunVerb
{
    public static ExitCode Run(RunOptions options, IReadOnlyList<string> jobArguments)
    {
        if (options.Job is null) throw new UserException(ExitCode.Usage, "Which job? Name a .dll or a project folder: mr run jobs/WordCount --input TEXT --output FOLDER.");
        Connect(options.Connections);
        if (options.Nodes is { } nodes && !jobArguments.Contains("--help")) return RunOnNodes.Run(options, nodes, jobArguments);
        if (options.Nodes is null && ((object?[])[options.Name, options.Priority, options.Timeout, options.MemoryLimit, options.NonDeterminism]).Any(option => option is not null))
            throw new UserException(ExitCode.Usage, "--name, --priority, --timeout, --memory-limit and --non-determinism are for runs with --nodes, not for those in one process. Add --nodes 3, or leave them out.");
        var (name, create) = JobLoader.Load(JobProject.Assembly(options.Job, options.Quiet || options.Json), options.Class);
        if (jobArguments.Contains("--help"))
        {
            JobRun.Define(create, new JobRequest(name, options.Inputs.ToList(), jobArguments), new EngineSettings { ScratchFolder = "" });
            Console.WriteLine($"{name} has no arguments of its own.");
            return ExitCode.Success;
        }
        if (options.Output is null) throw new UserException(ExitCode.Usage, "Where to? Name a folder with --output.");
        var job = new LocalJob(name, create, options.Inputs.ToList(), options.Output, jobArguments);
        var settings = Settings(options);

        using var events = options.Events is null ? null : EventLog.Open(options.Events);
        using var cancel = new CancelKey();
        var progress = new LocalProgress();
        LocalReport report;
        using (options.Quiet || options.Json ? null : new ProgressDisplay(progress))
            report = LocalRunner.Run(job, settings, progress, events is null ? null : events.Write, cancel.Token);

        if (options.Json) ReportDisplay.Json(report);
        else if (!options.Quiet) ReportDisplay.Text(report);
        return ExitCode.Success;
    }

    private static LocalSettings Settings(RunOptions options)
    {
        var defaults = new LocalSettings();
        return defaults with
        {
            Slots = Positive(options.Slots, "slots", 4096) ?? defaults.Slots,
            MemoryOfSlot = options.Memory is null ? 0 : AtLeast(Sizes.Parse(options.Memory, "memory"), 64 << 10, "memory"),
            SplitBytes = options.Split is null ? defaults.SplitBytes : Sizes.Parse(options.Split, "split"),
            Partitions = Positive(options.Partitions, "partitions", 100_000) ?? 0,
            SpillFolders = [.. options.Spill.Select(SpillFolder)],
            Compression = CompressionOption.Read(options.Compress).Compression,
            Encrypt = options.Encrypt,
            SkipBadRecords = options.SkipBad >= 0 ? options.SkipBad : throw new UserException(ExitCode.Usage, $"--skip-bad {options.SkipBad} is negative. Give a number of records."),
            Attempts = Positive(options.Attempts, "attempts", 1000) ?? defaults.Attempts,
            Durable = options.Sync,
            Overwrite = options.Overwrite,
            Combine = !options.NoCombine,
            KeepInMemory = !options.NoKeep,
            Connections = Connections.FromEnvironment(),
            Participants = [new PostgresParticipant(Connections.FromEnvironment())],
        };
    }

    /// <summary>Puts connections where this process, and the nodes that it starts, look for them.</summary>
    private static void Connect(IEnumerable<string> connections)
    {
        foreach (var connection in connections)
        {
            var end = connection.IndexOf('=', StringComparison.Ordinal);
            if (end <= 0) throw new UserException(ExitCode.Usage, "--connection needs a name and a connection string: --connection 'warehouse=Host=…;Database=…'.");
            Environment.SetEnvironmentVariable(Connections.VariableOf(connection[..end]), connection[(end + 1)..]);
        }
    }

    private static string SpillFolder(string folder)
    {
        var full = Path.GetFullPath(folder);
        return Directory.Exists(full) ? full : throw new UserException(ExitCode.Output, $"There is no folder '{folder}' for --spill. Make it, or leave the option out.");
    }

    private static int? Positive(int? value, string option, int most) => value is null or > 0 && value.GetValueOrDefault() <= most
        ? value
        : throw new UserException(ExitCode.Usage, $"--{option} {value} is not possible. Give a number from 1 to {most}.");

    private static long AtLeast(long value, long least, string option) => value >= least
        ? value
        : throw new UserException(ExitCode.Usage, $"--{option} {Sizes.Show(value)} is too little. Give at least {Sizes.Show(least)}.");
}
