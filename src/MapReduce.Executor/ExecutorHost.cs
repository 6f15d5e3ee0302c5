using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;
using MapReduce.Protocol.Execution;

namespace MapReduce.Executor;

/// <summary>The child process of a node that runs the code of one job. Whatever that code does, it does it here and not in the node.</summary>
/// <remarks>
/// One thread listens, one works, and one tells of progress: user code that never returns stops none of the others, and a node that goes away ends
/// the process. What user code writes to standard output and error is the attempt's log, which the node reads.
/// </remarks>
public sealed class ExecutorHost : IDisposable
{
    private static readonly byte[] LogEnd = System.Text.Encoding.UTF8.GetBytes(LogMarks.AttemptEnds + "\n");
    private const int WorkStack = 16 << 20;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);

    // A disk that answers nobody must not keep the process for ever.
    private static readonly TimeSpan LongestRehearsal = TimeSpan.FromMinutes(1);

    private readonly NetworkStream stream;
    private readonly object sending = new();
    private readonly BlockingCollection<Action> work = [];
    private readonly ManualResetEventSlim ended = new();
    private readonly ManualResetEventSlim rehearsed = new(initialState: true);
    private JobTasks? job;
    private volatile AttemptState? latest;
    private volatile bool opening;

    private ExecutorHost(Socket socket) => stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Serves the node that listens on a Unix socket until it closes the connection.</summary>
    /// <param name="socketPath">The path of the socket.</param>
    /// <param name="rehearsal">A folder for the files of a <see cref="Rehearsal"/>; null for none.</param>
    /// <param name="connected">What happens when the node is reached, before any code of a job is.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static void Serve(string socketPath, string? rehearsal, Action connected)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        using var host = new ExecutorHost(socket);
        connected();
        if (rehearsal is not null) host.Rehearse(rehearsal);
        host.Serve();
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        // The queue stays, and what tells of the rehearsal: a worker whose code comes back late still looks into them.
        stream.Dispose();
        ended.Dispose();
    }

    private void Serve()
    {
        var worker = Begin("work", Work, WorkStack);
        var telling = Begin("progress", TellProgress);
        try
        {
            while (Receive() is { } message) Handle(message);
        }
        finally
        {
            ended.Set();
            latest?.Cancellation.Cancel();
            work.CompleteAdding();
            telling.Join();
            // It is no code of any user and soon over, and removes its files itself.
            rehearsed.Wait(LongestRehearsal);
            // User code may never return. The process ends without it.
            worker.Join(ProgressInterval);
        }
    }

    private void Rehearse(string folder)
    {
        rehearsed.Reset();
        work.Add(() =>
        {
            Rehearsal.Run(folder, () => !opening && !ended.IsSet);
            rehearsed.Set();
        });
    }

    private static Thread Begin(string name, Action run, int stack = 0)
    {
        var thread = new Thread(() => run(), stack) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Handle(ToExecutor message)
    {
        switch (message.MessageCase)
        {
            case ToExecutor.MessageOneofCase.Open:
                opening = true;
                work.Add(() => Open(message.Open));
                break;
            case ToExecutor.MessageOneofCase.Run:
                var begun = latest = new AttemptState(message.Run.Attempt);
                work.Add(() => Run(message.Run, begun));
                break;
            case ToExecutor.MessageOneofCase.Cancel:
                if (latest is { } attempt && attempt.Attempt.Equals(message.Cancel.Attempt)) attempt.Cancellation.Cancel();
                break;
        }
    }

    private void Work()
    {
        foreach (var item in work.GetConsumingEnumerable()) item();
    }

    private void Open(Open open)
    {
        try
        {
            // What the code of one job leaves behind in a process, another would meet.
            if (job is not null) throw new InvalidOperationException($"It was sent a second job. It has opened '{job.Description.Name}', and serves no other.");
            var span = new OpenSpan("load job");
            job = JobTasks.Open(open);
            Send(new FromExecutor { Opened = job.Description, Spans = { span.End() } });
        }
        catch (Exception exception)
        {
            Send(new FromExecutor { Failed = Failures.Of(exception) });
        }
    }

    private void Run(Run run, AttemptState attempt)
    {
        FromExecutor result;
        var span = new OpenSpan($"run {run.TaskCase.ToString().ToLowerInvariant()} task");
        try
        {
            result = (job ?? throw new InvalidOperationException("An attempt was sent before its job was opened.")).Run(run, attempt.Add, attempt.Cancellation.Token);
        }
        catch (Exception exception)
        {
            result = new FromExecutor { Failed = Failures.Of(exception) };
            result.Failed.Attempt = run.Attempt;
        }
        attempt.HasEnded = true;
        EndLog();
        result.Spans.Add(span.End());
        Send(result);
    }

    /// <summary>Tells whoever reads the output that the attempt's share of it is over.</summary>
    private static void EndLog()
    {
        Console.Out.Flush();
        Console.Error.Flush();
        // Whatever the job has made of the console's writers, the reader waits at the ends of the pipes.
        foreach (var output in (Stream[])[Console.OpenStandardOutput(), Console.OpenStandardError()]) output.Write(LogEnd);
    }

    private void TellProgress()
    {
        while (!ended.Wait(ProgressInterval))
            if (latest is { HasEnded: false } attempt) Send(new FromExecutor { Progress = new Progress { Attempt = attempt.Attempt, Bytes = attempt.Bytes } });
    }

    private ToExecutor? Receive()
    {
        try
        {
            return ToExecutor.Parser.ParseDelimitedFrom(stream);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IOException or ObjectDisposedException)
        {
            // The node has closed the connection, or has died in the middle of a message.
            return null;
        }
    }

    private void Send(FromExecutor message)
    {
        try
        {
            lock (sending) message.WriteDelimitedTo(stream);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Nobody is left to be told; the listening thread ends the process.
        }
    }

    private sealed class AttemptState(Attempt attempt)
    {
        private long bytes;

        public Attempt Attempt { get; } = attempt;

        public CancellationTokenSource Cancellation { get; } = new();

        public bool HasEnded { get; set; }

        public long Bytes => Interlocked.Read(ref bytes);

        public void Add(long more) => Interlocked.Add(ref bytes, more);
    }
}
