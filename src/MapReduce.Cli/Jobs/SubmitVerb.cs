using System.Text;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using MapReduce.Cli.Run;
using MapReduce.Node.Http;
using MapReduce.Node.Telemetry;
using MapReduce.Storage;

namespace MapReduce.Cli.Jobs;

/// <summary><c>mr submit</c>: a job on a cluster.</summary>
internal static class SubmitVerb
{
    public static ExitCode Run(SubmitOptions options, IReadOnlyList<string> jobArguments)
    {
        if (options.Job is null) throw new UserException(ExitCode.Usage, "Which job? Name a .dll or a project folder: mr submit jobs/WordCount --input TEXT --output FOLDER.");
        var request = Request(options, jobArguments);
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        return RunAsync(client, options.Job, request, options, (details, _) => Output.Json(details, ApiJson.Default.JobDetails), cancel.Token).GetAwaiter().GetResult();
    }

    /// <summary>Submits, and waits unless that is not wanted.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="job">The job's assembly or project.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="options">How it is shown.</param>
    /// <param name="writeJson">Writes a job that has ended, well or not, for a program.</param>
    /// <param name="cancellation">Cancels the job.</param>
    public static async Task<ExitCode> RunAsync(MapReduceClient client, string job, SubmitRequest request, SubmitOptions options, Action<JobDetails, JobHistory> writeJson, CancellationToken cancellation)
    {
        using var telemetry = CommandTelemetry.Begin("mr submit");
        var assembly = JobProject.Assembly(job, options.Quiet || options.Json);
        var sideFiles = SideFilesOfJob.Find(assembly, request.JobClass, request.Inputs, request.Arguments);
        var archive = Package.Make(assembly);
        JobReceipt receipt;
        try
        {
            var package = await client.UploadAsync(archive, cancellation);
            var digests = new Dictionary<string, string>();
            foreach (var (path, file) in sideFiles) digests[path] = (await client.UploadFileAsync(file, cancellation)).Digest;
            receipt = await client.SubmitAsync(request with { Package = package.Digest, Assembly = Path.GetFileName(assembly), SideFiles = digests }, cancellation);
        }
        finally
        {
            File.Delete(archive);
        }
        if (options.Detach)
        {
            if (options.Json) Output.Json(receipt, ApiJson.Default.JobReceipt);
            else Console.WriteLine(receipt.Id);
            return ExitCode.Success;
        }
        if (!options.Quiet && !options.Json) await Console.Error.WriteLineAsync($"job {receipt.Id}");
        return await WaitAsync(client, receipt.Id, request.Inputs, options, writeJson, cancellation);
    }

    /// <summary>What the options ask for.</summary>
    public static SubmitRequest Request(SubmitOptions options, IReadOnlyList<string> jobArguments)
    {
        if (options.OutputFolder is null) throw new UserException(ExitCode.Usage, "Where to? Name a folder with --output.");
        var inputs = options.Inputs.Select(LocalPath.Of).ToList();
        if (inputs.Concat(jobArguments).Sum(text => Encoding.UTF8.GetByteCount(text)) > SubmitLimits.MostBytes)
            throw new UserException(ExitCode.Usage, SubmitLimits.TooLarge);
        return new SubmitRequest
        {
            Package = "",
            Assembly = "",
            JobClass = options.Class,
            Name = options.Name?.Any(char.IsControl) == true ? throw new UserException(ExitCode.Usage, "--name has a control character, and may have none.") : Short(options.Name, "name"),
            Inputs = inputs,
            Output = LocalPath.Of(options.OutputFolder),
            Arguments = jobArguments,
            Overwrite = options.Overwrite,
            Attempts = Positive(options.Attempts, "attempts", SubmitLimits.MostAttempts),
            Priority = Positive(options.Priority, "priority", SubmitLimits.HighestPriority),
            TimeoutSeconds = options.Timeout is null or > 0 and <= SubmitLimits.LongestTimeout ? options.Timeout ?? 0 : throw new UserException(ExitCode.Usage, $"--timeout {options.Timeout} is not possible. Give a number of seconds, at most {SubmitLimits.LongestTimeout}."),
            // As with mr run, half of a slot's memory is for the task and the rest for what lies around it.
            Memory = options.Memory is null ? 0 : Sizes.Parse(options.Memory, "memory") / 2,
            MemoryLimit = options.MemoryLimit is null ? 0 : Sizes.Parse(options.MemoryLimit, "memory-limit"),
            SplitBytes = options.Split is null ? 0 : Sizes.Parse(options.Split, "split"),
            Partitions = Positive(options.Partitions, "partitions", SubmitLimits.MostPartitions),
            Compression = CompressionOption.Read(options.Compress).Name,
            SkipBadRecords = options.SkipBad >= 0 ? options.SkipBad : throw new UserException(ExitCode.Usage, $"--skip-bad {options.SkipBad} is negative. Give a number of records."),
            Durable = options.Sync,
            NonDeterminism = options.NonDeterminism is null or "fail" or "warn" ? options.NonDeterminism : throw new UserException(ExitCode.Usage, $"--non-determinism {options.NonDeterminism} is not possible. Give fail or warn."),
            ClientToken = Short(options.ClientToken, "token") ?? Guid.NewGuid().ToString("n"),
        };
    }

    private static async Task<ExitCode> WaitAsync(MapReduceClient client, string job, IReadOnlyList<string> inputs, SubmitOptions options, Action<JobDetails, JobHistory> writeJson, CancellationToken cancellation)
    {
        var history = new JobHistory();
        try
        {
            using var display = options.Quiet || options.Json ? null : new WatchDisplay(client, job);
            await foreach (var @event in client.WatchAsync(job, 0, cancellation))
            {
                history.Add(@event);
                display?.Show(@event);
            }
        }
        catch (OperationCanceledException)
        {
            await client.CancelAsync(job, CancellationToken.None);
            throw;
        }
        var details = await client.JobAsync(job, cancellation);
        if (options.Json) writeJson(details, history);
        if (details.Phase == "cancelled") throw new UserException(ExitCode.Cancelled, "The job was cancelled; nothing was written.");
        if (details.Failure is { } failure) throw new UserException(CodeOf(failure.Reason), Explain(failure, inputs, job));
        if (!options.Quiet && !options.Json) ReportDisplay.Text(history.Report(details));
        return ExitCode.Success;
    }

    /// <summary>Why a job failed, and what to do.</summary>
    internal static string Explain(FailureDetails failure, IReadOnlyList<string> inputs, string job)
    {
        var hint = failure.Reason == "BadInput" && inputs.FirstOrDefault(input => InputListing.SaysMissing(failure.Message, input)) is { } missing && FoundHere(missing) is { } found
            ? $"{Environment.NewLine}'{missing}' {found}. Put it where every node can read it under the same path."
            : "";
        return $"The job failed ({failure.Reason}{(failure.Task is { } task ? $" in {task}" : "")}): {failure.Message}{hint}{Environment.NewLine}To see why, with what to change: mr job diagnose {job[..8]}.";
    }

    /// <summary>What this machine has of an input that the nodes do not have; null for nothing.</summary>
    private static string? FoundHere(string input)
    {
        if (Path.Exists(input)) return "exists on this machine, but not on the nodes";
        try
        {
            return InputListing.List([input]).Count > 0 ? "matches files on this machine, but none on the nodes" : null;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static ExitCode CodeOf(string reason) => reason switch
    {
        "BadInput" or "InputChanged" => ExitCode.Input,
        "DiskFull" or "OutputFull" or "Storage" or "Publish" or "BadOutput" => ExitCode.Output,
        "Definition" or "NotDeterministic" => ExitCode.Job,
        _ => ExitCode.Failed,
    };

    private static string? Short(string? text, string option) => text is null || text.Length <= SubmitLimits.MostCharacters
        ? text
        : throw new UserException(ExitCode.Usage, $"--{option} has {text.Length} characters, and may have {SubmitLimits.MostCharacters}.");

    private static int Positive(int? value, string option, int most) => value is null or > 0 && value.GetValueOrDefault() <= most
        ? value ?? 0
        : throw new UserException(ExitCode.Usage, $"--{option} {value} is not possible. Give a number from 1 to {most}.");
}
