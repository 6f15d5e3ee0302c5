using Google.Protobuf;
using MapReduce.Protocol.Execution;
using MapReduce.Sdk;

namespace MapReduce.Executor;

/// <summary>A small job of the executor's own. A spare executor runs it while it waits, so that a user's first task finds the data path loaded and compiled.</summary>
/// <remarks>It goes the way of every job: through the loader, a plan, a map and a reduce. No code of any user runs.</remarks>
public sealed class Rehearsal : IJob
{
    private const int Lines = 200;

    /// <inheritdoc/>
    public void Define(JobBuilder job)
    {
        _ = job.Options<RehearsalOptions>();
        job.ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<Utf8, long> output) =>
            {
                foreach (var word in line.Words()) output.Emit(word, 1);
            })
            .Aggregate(Sum.Of<long>())
            .WriteText(job.Output);
    }

    /// <summary>Runs the job.</summary>
    /// <param name="folder">A folder for its files; it is made, and removed.</param>
    /// <param name="isNeeded">Whether to go on; asked between the steps.</param>
    internal static void Run(string folder, Func<bool> isNeeded)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var step in Steps(folder))
            {
                step();
                if (!isNeeded()) return;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first task will be slower, and will say what is wrong with the disk.
        }
        finally
        {
            Remove(folder);
        }
    }

    private static IEnumerable<Action> Steps(string folder)
    {
        var input = Path.Combine(folder, "input");
        var plan = Path.Combine(folder, "plan");
        JobTasks? tasks = null;
        Planned? planned = null;
        Mapped? mapped = null;
        yield return () =>
        {
            File.WriteAllLines(input, Enumerable.Range(0, Lines).Select(line => $"what is done once is done well twice {line:x}"));
            tasks = JobTasks.Open(Again(new Open { Assembly = typeof(Rehearsal).Assembly.Location, Inputs = { input }, Settings = new Settings { TaskMemory = 64 << 20, SplitBytes = 64 << 20, ScratchFolder = folder } }, Open.Parser));
            _ = Again(tasks.Description, Opened.Parser);
        };
        yield return () =>
        {
            planned = Again(Step(tasks!, folder, run => run.Plan = new PlanTask()).Planned, Planned.Parser);
            File.WriteAllBytes(plan, planned.Plan.ToByteArray());
        };
        yield return () => mapped = Again(Step(tasks!, folder, run => run.Map = new MapTask { PlanFile = plan }).Mapped, Mapped.Parser);
        yield return () => Again(Step(tasks!, folder, run => run.Reduce = new ReduceTask { PlanFile = plan, MapOutputs = { mapped!.Output } }).Reduced, Reduced.Parser);
    }

    private static FromExecutor Step(JobTasks tasks, string folder, Action<Run> task)
    {
        var run = new Run { Attempt = new Attempt(), Folders = new Folders { Staging = folder, Shared = folder, MapOutputs = folder } };
        task(run);
        return tasks.Run(Again(run, Protocol.Execution.Run.Parser), _ => { }, CancellationToken.None);
    }

    /// <summary>Writes a message and reads it, as the connection would.</summary>
    private static TMessage Again<TMessage>(TMessage message, MessageParser<TMessage> parser) where TMessage : IMessage<TMessage> => parser.ParseFrom(message.ToByteArray());

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The node removes it when this process has ended.
        }
    }
}
