using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Protocol;
using MapReduce.Worker.Blobs;

namespace MapReduce.Cli.Replay;

/// <summary><c>mr job replay</c>: runs one attempt of a job again, in this process, where a debugger can be attached.</summary>
internal static class ReplayVerb
{
    private const int Stack = 16 << 20;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    public static ExitCode Run(ReplayOptions options)
    {
        var job = options.Job ?? throw new UserException(ExitCode.Usage, "Which job? Give its id or name, and the task: mr job replay JOB s0-m00012. See mr jobs.");
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        var folder = options.Keep is { } keep ? Keep(keep) : Directory.CreateTempSubdirectory("mapreduce-replay-").FullName;
        try
        {
            return Run(client, job, folder, options, cancel.Token);
        }
        finally
        {
            if (options.Keep is null) Remove(folder);
        }
    }

    private static ExitCode Run(MapReduceClient client, string name, string folder, ReplayOptions options, CancellationToken cancellation)
    {
        Action<string> say = options.Json ? _ => { } : text => Console.Error.WriteLine(Printable.Of(text));
        var job = client.JobAsync(name, cancellation).GetAwaiter().GetResult();
        var task = ReplayedTask.Find(name, options.Task, EventsAsync(client, job, cancellation).GetAwaiter().GetResult());
        var order = client.OrderAsync(job.Id, cancellation).GetAwaiter().GetResult();
        var package = UnpackAsync(client, order.Package, folder, cancellation).GetAwaiter().GetResult();
        if (!UnpackedPackage.IsFileName(order.Assembly)) throw new UserException(ExitCode.Job, $"The assembly of the job is '{order.Assembly}', which is no name of a file of its package. It is not replayed here.");
        if (options.Debug) AwaitDebugger(cancellation);

        say($"{task.Attempt} runs here, in process {Environment.ProcessId}{(task.Failure is { } failure ? $"; on {failure.Node} it failed ({failure.Reason})" : "")}");
        var replay = new Attempt(client, job.Id, task, order, Path.Combine(package, order.Assembly), folder, say, cancellation);
        var error = Execute(replay.Run, options.Keep is null ? folder : null);
        if (options.Json) Output.Json(Describe(task, replay.Totals, error));
        if (error is EngineException or LoadException or Sdk.JobException)
            return options.Json ? ExitCode.Failed : throw new UserException(ExitCode.Failed, $"It fails here, too: {error.Message}");
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        if (options.Json) return ExitCode.Success;
        Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Attempt} ends well here: {replay.Totals?.RecordsRead ?? 0} records read, {replay.Totals?.RowsWritten ?? 0} rows written."));
        if (task.Failure is { } elsewhere) Printable.WriteLine($"On {elsewhere.Node} it failed ({elsewhere.Reason}), so look at what differs there: memory, disk, files beside the input, the time. See mr job diagnose {name}.");
        if (options.Keep is not null) Console.WriteLine($"What it made is in {folder}.");
        return ExitCode.Success;
    }

    /// <summary>Runs the attempt on a thread with the stack that executors give, and says so should its code end the process.</summary>
    /// <param name="run">Runs it.</param>
    /// <param name="temporary">The folder that goes with the process; null for none.</param>
    private static Exception? Execute(Action run, string? temporary)
    {
        Exception? error = null;
        var ended = false;
        void OnExit(object? sender, EventArgs arguments)
        {
            if (ended) return;
            Console.Error.WriteLine("The job's code ended this process: Environment.Exit, or something like it. Set a breakpoint there, or search the job for it.");
            if (temporary is not null) Remove(temporary);
        }
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        var thread = new Thread(RunCaught, Stack) { Name = "attempt", IsBackground = true };
        thread.Start();
        thread.Join();
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        return error;

        void RunCaught()
        {
            try
            {
                run();
            }
            catch (Exception exception)
            {
                error = exception;
            }
            ended = true;
        }
    }

    /// <summary>Waits for a debugger, however long that takes: the runtime tells of one only when asked.</summary>
    private static void AwaitDebugger(CancellationToken cancellation)
    {
        Console.Error.WriteLine($"Process {Environment.ProcessId} waits for a debugger. Attach one (Visual Studio: Debug, Attach to Process; VS Code: .NET Attach), set breakpoints in the job's code, and go on. Ctrl+C ends it.");
        while (!Debugger.IsAttached)
        {
            cancellation.WaitHandle.WaitOne(Glance);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static async Task<List<JobEventDetails>> EventsAsync(MapReduceClient client, JobDetails job, CancellationToken cancellation)
    {
        var events = new List<JobEventDetails>();
        await foreach (var @event in client.WatchAsync(job.Id, 0, cancellation))
        {
            events.Add(@event);
            if (@event.Revision >= job.Revision) break;
        }
        return events;
    }

    private static async Task<string> UnpackAsync(MapReduceClient client, string digest, string folder, CancellationToken cancellation)
    {
        var target = Path.Combine(folder, "package");
        await using var content = await client.ReadBlobAsync(digest, cancellation);
        await ZipFile.ExtractToDirectoryAsync(content, target, cancellation);
        return target;
    }

    private static JsonObject Describe(ReplayedTask task, TaskTotals? totals, Exception? error) => new()
    {
        ["attempt"] = task.Attempt.ToString(),
        ["node"] = task.Failure?.Node,
        ["reason"] = task.Failure?.Reason,
        ["outcome"] = error is null ? "succeeded" : "failed",
        ["error"] = error is EngineException engine ? engine.Error.ToString() : error?.GetType().Name,
        ["message"] = error?.Message,
        ["records"] = totals?.RecordsRead,
        ["rows"] = totals?.RowsWritten,
    };

    private static string Keep(string folder)
    {
        var full = Path.GetFullPath(folder);
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()) throw new UserException(ExitCode.Output, $"The folder '{folder}' for --keep is not empty. Name another, or empty it.");
        return Directory.CreateDirectory(full).FullName;
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some systems hold the job's assembly until this process ends.
        }
    }

    /// <summary>The attempt, loaded and run as an executor would.</summary>
    private sealed class Attempt(MapReduceClient client, string job, ReplayedTask task, OrderDetails order, string assembly, string folder, Action<string> say, CancellationToken cancellation)
    {
        private readonly DataKey? key = order.DataKey is { } text ? new DataKey(Convert.FromBase64String(text)) : null;

        /// <summary>What it did; null while it has not ended well, and of planning.</summary>
        public TaskTotals? Totals { get; private set; }

        public void Run()
        {
            var (name, create) = JobLoader.Load(assembly, order.JobClass);
            var run = JobRun.Define(create, new JobRequest(name, order.Inputs, order.Arguments) { SideFiles = SideFiles() }, new EngineSettings
            {
                TaskMemory = order.Memory,
                SplitBytes = order.SplitBytes,
                Partitions = order.Partitions,
                Compression = order.Compression switch { "lz4" => BlockCompression.Lz4, "zstd" => BlockCompression.Zstandard, _ => BlockCompression.None },
                SkipBadRecords = order.SkipBadRecords,
                Key = key,
                ScratchFolder = Path.Combine(folder, "scratch"),
            });
            var stages = new LocalStages(run, folder, Journalled, say, cancellation);
            var (stage, index, number) = (task.Attempt.Task.Stage, task.Attempt.Task.Index, task.Attempt.Number);
            switch (task.Attempt.Task.Kind)
            {
                case TaskKind.Plan:
                    stages.PlanAgain(stage);
                    break;
                case TaskKind.Map:
                    Totals = stages.Map(stage, index, number).Totals;
                    break;
                default:
                    Totals = stages.Reduce(stage, index, number, MapOutputs(stages, stage, index)).Totals;
                    break;
            }
        }

        /// <summary>The files that travel with the job, fetched as a node fetches them.</summary>
        private Dictionary<string, string> SideFiles()
        {
            var files = new Dictionary<string, string>();
            foreach (var (path, digest) in order.SideFiles)
            {
                files[path] = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "side-files")).FullName, digest);
                using var content = client.ReadBlobAsync(digest, cancellation).GetAwaiter().GetResult();
                using var copy = File.Create(files[path]);
                content.CopyTo(copy);
            }
            return files;
        }

        private StagePlan Journalled(int stage)
        {
            var digest = task.Plans.TryGetValue(stage, out var known) ? known : throw new UserException(ExitCode.Usage, $"Stage {stage + 1} of the job was never planned, so none of its tasks can run again.");
            using var content = client.ReadBlobAsync(digest, cancellation).GetAwaiter().GetResult();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return StagePlan.Read(bytes.ToArray(), key);
        }

        /// <summary>The map outputs that the reduce task reads: fetched where nodes still have all of them, else made again.</summary>
        private List<MapOutput> MapOutputs(LocalStages stages, int stage, int reduce)
        {
            var maps = stages.PlanOf(stage).Maps;
            var fetched = Directory.CreateDirectory(Path.Combine(folder, "fetched")).FullName;
            try
            {
                return [.. Enumerable.Range(0, maps).Select(map => Fetch(new TaskId(stage, TaskKind.Map, map), reduce, fetched))];
            }
            catch (ApiException exception) when (exception.Code == "no-segment")
            {
                say($"The map outputs are gone with the job's files, so the {maps} map tasks of stage {stage + 1} run again here first.");
                return [.. stages.Maps(stage).Select(map => map.Output)];
            }
        }

        private MapOutput Fetch(TaskId map, int reduce, string target)
        {
            if (!task.Maps.TryGetValue(map.ToString(), out var attempt)) throw new ApiException("no-segment", $"{map} has no output.");
            // An encrypted file is good under its own name only.
            var file = Path.Combine(target, $"map-{attempt}");
            using (var content = client.ReadSegmentAsync(job, task.Plans[map.Stage], attempt, reduce, cancellation).GetAwaiter().GetResult())
            using (var copy = File.Create(file)) content.CopyTo(copy);
            return MapOutput.Open(file, key);
        }
    }
}
