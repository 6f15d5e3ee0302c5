using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MapReduce.Confinement;

namespace MapReduce.Worker.Executors;

/// <summary>An executor that has begun, and waits at its standard input to be told what it reaches. It has not called its node yet, and runs no code of any job before it does.</summary>
/// <remarks>It ends at the end of its input, so that it does not outlive the node, however the node ends.</remarks>
internal sealed class ExecutorStart : IAsyncDisposable
{
    private readonly WorkerSettings settings;
    private readonly ExecutorReach reaches;
    private readonly Process process;
    private readonly Socket listener;
    private readonly string folder;
    private readonly string temporary;
    private readonly Task gone;
    private readonly AttemptLogs logs;
    private readonly Task reading;

    private ExecutorStart(WorkerSettings settings, ExecutorReach reaches, Process process, Socket listener, string folder, string temporary)
    {
        this.settings = settings;
        this.reaches = reaches;
        this.process = process;
        this.listener = listener;
        this.folder = folder;
        this.temporary = temporary;
        gone = RemoveAtEndAsync(process, temporary);
        logs = new AttemptLogs(settings.LogBytes);
        reading = Task.WhenAll(logs.ReadAsync(process.StandardOutput), logs.ReadAsync(process.StandardError));
    }

    /// <summary>Whether it still waits.</summary>
    public bool IsAlive => !process.HasExited;

    /// <summary>Begins one, with a folder for its socket and one for its temporary files.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="reaches">What executors reach.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static ExecutorStart Begin(WorkerSettings settings, ExecutorReach reaches)
    {
        var folders = new ExecutorFolders(new NodeFolders(settings.Folder));
        var folder = folders.MakeForSocket();
        Socket? listener = null;
        string? temporary = null;
        try
        {
            var path = ExecutorFolders.SocketIn(folder);
            listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(AddressOf(path));
            listener.Listen(Callers.Waiting);
            temporary = folders.MakeForTemporary();
            return new ExecutorStart(settings, reaches, Start(settings, reaches, path, temporary), listener, folder, temporary);
        }
        catch (Exception exception)
        {
            listener?.Dispose();
            if (temporary is not null) Removal.TryFolder(temporary);
            ExecutorFolders.RemoveOfSocket(folder);
            if (exception is SocketException) throw Unreachable(exception);
            throw;
        }
    }

    /// <summary>Tells it what it reaches, and waits until it calls. Afterwards this has nothing to end any more, whatever has happened.</summary>
    /// <param name="needed">What its job needs; nothing for one that waits for any job.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It does not call back.</exception>
    public async Task<ExecutorProcess> ServeAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
    {
        try
        {
            // It lists folders, on disks that may be slow.
            var reach = await Task.Run(() => reaches.Of(temporary, needed), cancellation);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            int? stranger = null;
            _ = TellAsync(reach);
            var accepting = Callers.AcceptAsync(listener, process.Id, number => stranger = number, either.Token);
            if (await Task.WhenAny(accepting, gone) != accepting)
            {
                await either.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
                await ExecutorProcess.DrainAsync(process, reading, settings.KillDelay);
                throw new IOException($"The executor '{string.Join(' ', settings.ExecutorCommand)}' ended with code {process.ExitCode} before it began: {logs.Tail()}{(stranger is { } number ? Stranger(number) : "")}");
            }
            var executor = new ExecutorProcess(process, new NetworkStream(await accepting, ownsSocket: true), reach, logs, reading, gone, settings.KillDelay);
            CloseDoor();
            return executor;
        }
        catch (Exception exception)
        {
            await DisposeAsync();
            if (exception is SocketException) throw Unreachable(exception);
            throw;
        }
    }

    /// <summary>Ends it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
        // Nobody is told of the end of a process that was disposed of, and one that the kernel does not let die is not waited for.
        await Task.WhenAny(gone, Task.Delay(settings.KillDelay));
        process.Dispose();
        CloseDoor();
    }

    /// <summary>Nobody else is to call. An executor that has called is not lost for a folder.</summary>
    private void CloseDoor()
    {
        listener.Dispose();
        ExecutorFolders.RemoveOfSocket(folder);
    }

    /// <summary>Tells the process what it reaches, as its standard input; that is at its end then.</summary>
    private async Task TellAsync(Reach reach)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Openings.Write(reach.Openings));
            process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It has ended, and is found so.
        }
    }

    /// <summary>Waits for the end of a process, and removes its temporary files.</summary>
    private static async Task RemoveAtEndAsync(Process process, string temporary)
    {
        await process.WaitForExitAsync();
        Removal.TryFolder(temporary);
    }

    private static IOException Unreachable(Exception cause) => new($"An executor cannot be reached: {cause.Message}", cause);

    private static UnixDomainSocketEndPoint AddressOf(string socket)
    {
        try
        {
            return new UnixDomainSocketEndPoint(socket);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new IOException($"The path '{socket}' is too long for a socket. Name a folder with a shorter path for temporary files in TMPDIR, and start the node again.", exception);
        }
    }

    /// <summary>Who sets a command that lets a daemon start executors, as those of containers do, reads here why it cannot be.</summary>
    private static string Stranger(int number)
        => $" {(number == 0 ? "A process that the node cannot see" : $"Process {number}")} called in its place and was sent away, because the command had not started it: mapreduce.executor.command must start the executor itself, and not have a daemon start it.";

    private static Process Start(WorkerSettings settings, ExecutorReach reaches, string socket, string temporary)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        List<string> command = [.. settings.ExecutorCommand, socket, ExecutorFolders.RehearsalIn(temporary), .. reaches.Steps];
        if (settings.Niceness > 0 && !OperatingSystem.IsWindows()) command.InsertRange(0, ["nice", "-n", settings.Niceness.ToString(CultureInfo.InvariantCulture)]);
        start.FileName = command[0];
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        ExecutorEnvironment.Restrict(start.Environment, settings.ExecutorVariables);
        // The folder of the machine is not theirs; and what lets others into a process is of no use where nobody may come in.
        if (reaches.Confines) (start.Environment["TMPDIR"], start.Environment["DOTNET_EnableDiagnostics"]) = (temporary, "0");
        try
        {
            var process = Process.Start(start)!;
            Expend(process);
            return process;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"The executor '{string.Join(' ', command)}' cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>Lets the system take executors first when memory runs out, and never the node for their sake.</summary>
    private static void Expend(Process process)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            File.WriteAllText($"/proc/{process.Id}/oom_score_adj", "800");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended already, or the system does not let us.
        }
    }
}
