using System.Globalization;
using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Jobs;

/// <summary>The options of <c>mr jobs</c>.</summary>
internal sealed class JobsOptions : ConnectionOptions
{
    [Option("mine", HelpText = "Only jobs that you have submitted: whoever has the token with which you ask.")]
    public bool Mine { get; set; }
}

/// <summary>The options of <c>mr job</c>.</summary>
internal sealed class JobVerbOptions : ConnectionOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: its id, the beginning of one, or its name.")]
    public string? Job { get; set; }

    [Value(1, MetaName = "ATTEMPT", HelpText = "For logs: the attempt, such as s0-m00012-a0. Default: the last that failed.")]
    public string? Attempt { get; set; }

    [Option("from", HelpText = "For events: the last revision that is not wanted.")]
    public long From { get; set; }

    [Option("follow", HelpText = "For events: go on as they happen, to the job's end.")]
    public bool Follow { get; set; }
}

/// <summary><c>mr jobs</c> and <c>mr job</c>.</summary>
internal static class JobVerbs
{
    public static ExitCode List(JobsOptions options)
    {
        using var client = Connection.Open(options);
        var jobs = (options.Mine ? client.OwnJobsAsync() : client.JobsAsync()).GetAwaiter().GetResult();
        if (options.Json)
        {
            Output.Json(jobs, ApiJson.Default.JobList);
            return ExitCode.Success;
        }
        if (jobs.Total == 0) Console.WriteLine($"No job has been submitted{(options.Mine ? " by you" : "")} yet. Submit one: mr submit jobs/WordCount --input TEXT --output FOLDER.");
        foreach (var job in jobs.Jobs)
        {
            var took = job.Ended is { } ended ? $"  {Sizes.Show(ended - job.Submitted)}" : "";
            Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{job.Id[..8]}  {job.Phase,-10}  {job.Submitted.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {job.Name}{took}{By(job.Owner)}"));
        }
        if (jobs.Total > jobs.Jobs.Count) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {jobs.Total - jobs.Jobs.Count} older ones"));
        return ExitCode.Success;
    }

    public static ExitCode Run(string action, JobVerbOptions options)
    {
        var job = options.Job ?? throw new UserException(ExitCode.Usage, $"Which job? Give its id or name: mr job {action} JOB. See mr jobs.");
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        return action switch
        {
            "show" => Show(client, job, options, cancel.Token),
            "counters" => Counters(client, job, options, cancel.Token),
            "tasks" => TasksAsync(client, job, options, cancel.Token).GetAwaiter().GetResult(),
            "events" => EventsAsync(client, job, options, cancel.Token).GetAwaiter().GetResult(),
            "logs" => LogsAsync(client, job, options, cancel.Token).GetAwaiter().GetResult(),
            "cancel" => Done(client.CancelAsync(job, cancel.Token), "cancelled", $"{job} is cancelled.", options),
            "delete" => Done(client.DeleteAsync(job, cancel.Token), "deleted", $"{job} is deleted; its output stays.", options),
            _ => throw new UserException(ExitCode.Usage, $"There is no command 'mr job {action}'. There are show, events, tasks, logs, counters, cancel and delete."),
        };
    }

    /// <summary>Whose a job is, where that has to be said.</summary>
    private static string By(string owner) => owner.Length == 0 || owner == Caller.Owner.Name ? "" : $"  by {owner}";

    private static ExitCode Done(Task action, string done, string message, JobVerbOptions options)
    {
        action.GetAwaiter().GetResult();
        if (options.Json) Output.Json(new System.Text.Json.Nodes.JsonObject { [done] = options.Job });
        else Console.WriteLine(message);
        return ExitCode.Success;
    }

    private static ExitCode Show(MapReduceClient client, string name, JobVerbOptions options, CancellationToken cancellation)
    {
        var job = client.JobAsync(name, cancellation).GetAwaiter().GetResult();
        if (options.Json)
        {
            Output.Json(job, ApiJson.Default.JobDetails);
            return ExitCode.Success;
        }
        var culture = CultureInfo.InvariantCulture;
        Printable.WriteLine($"job       {job.Id}  {job.Name}");
        Printable.WriteLine($"owner     {job.Owner}");
        Printable.WriteLine($"phase     {job.Phase}{(job.Ended is { } ended ? $" after {Sizes.Show(ended - job.Submitted)}" : "")}");
        if (job.Failure is { } failure)
        {
            Printable.WriteLine($"reason    {failure.Reason}{(failure.Task is { } task ? $" in {task}" : "")}");
            Console.WriteLine($"          {Printable.Lines(failure.Message).ReplaceLineEndings($"{Environment.NewLine}          ")}");
        }
        for (var i = 0; i < job.Stages.Count; i++)
            Console.WriteLine(string.Create(culture, $"stage {i + 1}   {(job.Stages[i].Planned ? $"{job.Stages[i].MapsDone} of {job.Stages[i].Maps} maps, {job.Stages[i].ReducesDone} of {job.Stages[i].Reduces} reduces" : "not planned yet")}"));
        Console.WriteLine(string.Create(culture, $"attempts  {job.RunningAttempts} running, {job.FailedAttempts} failed or lost"));
        Console.WriteLine(string.Create(culture, $"input     {Sizes.Show(job.InputBytes)}, {job.InputRecords} records, {job.SkippedRecords} skipped"));
        Console.WriteLine($"shuffle   {Sizes.Show(job.ShuffleBytes)}");
        Printable.WriteLine($"output    {job.Output}");
        return ExitCode.Success;
    }

    private static ExitCode Counters(MapReduceClient client, string name, JobVerbOptions options, CancellationToken cancellation)
    {
        var job = client.JobAsync(name, cancellation).GetAwaiter().GetResult();
        if (options.Json)
        {
            var counters = new System.Text.Json.Nodes.JsonObject();
            foreach (var (counter, value) in job.Counters) counters[counter] = value;
            Output.Json(counters);
        }
        else
        {
            foreach (var (counter, value) in job.Counters) Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counter}  {value}"));
        }
        return ExitCode.Success;
    }

    private static async Task<ExitCode> TasksAsync(MapReduceClient client, string name, JobVerbOptions options, CancellationToken cancellation)
    {
        var tasks = new List<TaskDetails>();
        TaskList page;
        do
        {
            page = await client.TasksAsync(name, tasks.Count, cancellation);
            tasks.AddRange(page.Tasks);
        }
        while (page.Tasks.Count > 0 && tasks.Count < page.Total);
        if (options.Json)
        {
            Output.Json(new TaskList(page.Total, tasks), ApiJson.Default.TaskList);
            return ExitCode.Success;
        }
        foreach (var task in tasks)
            Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Task}  {task.State,-7}  {task.Attempts} attempts, {task.Failures} failed, {task.Losses} lost  {task.Node}"));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> EventsAsync(MapReduceClient client, string name, JobVerbOptions options, CancellationToken cancellation)
    {
        var now = await client.JobAsync(name, cancellation);
        if (!options.Follow && now.Revision <= options.From) return ExitCode.Success;
        await foreach (var @event in client.WatchAsync(now.Id, options.From, cancellation))
        {
            if (options.Json) Output.JsonLine(@event);
            else Printable.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{@event.Revision,6}  {@event.At.ToLocalTime():HH:mm:ss.fff}  {@event.Event,-17} {string.Join("  ", ((string?[])[@event.Attempt, @event.Node, @event.Reason, @event.Message?.Split('\n')[0]]).Where(part => part is not null))}"));
            if (!options.Follow && @event.Revision >= now.Revision) break;
        }
        return ExitCode.Success;
    }

    private static async Task<ExitCode> LogsAsync(MapReduceClient client, string name, JobVerbOptions options, CancellationToken cancellation)
    {
        var attempt = options.Attempt;
        if (attempt is null)
        {
            var job = await client.JobAsync(name, cancellation);
            await foreach (var @event in client.WatchAsync(job.Id, 0, cancellation))
            {
                if (@event is { Event: "AttemptFailed", Attempt: { } failed }) attempt = failed;
                if (@event.Revision >= job.Revision) break;
            }
            if (attempt is null) throw new UserException(ExitCode.Usage, $"No attempt of the job has failed. Name one: mr job logs {name} s0-m00000-a0.");
            if (!options.Json) await Console.Error.WriteLineAsync($"{Printable.Of(attempt)}:");
        }
        var log = await client.LogAsync(name, attempt, cancellation);
        if (options.Json) Output.Json(new System.Text.Json.Nodes.JsonObject { ["attempt"] = attempt, ["log"] = log });
        else Console.Write(Console.IsOutputRedirected ? log : Printable.Lines(log));
        return ExitCode.Success;
    }
}
