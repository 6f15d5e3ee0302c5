using System.Diagnostics;
using System.Net.Sockets;
using Google.Protobuf;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Executor.Tests;

/// <summary>An executor in a process of its own, with this test as its node.</summary>
internal sealed class ExecutorProcess : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mr-").FullName;
    private readonly Process process;
    private readonly NetworkStream stream;
    private readonly Task<string> output;
    private readonly Task<string> error;

    /// <param name="rehearsal">A folder for the files of its rehearsal; null for none.</param>
    public ExecutorProcess(string? rehearsal = null)
    {
        var path = Path.Combine(folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        string[] arguments = rehearsal is null ? [path] : [path, rehearsal];
        process = Process.Start(new ProcessStartInfo("dotnet", [TestProgram.File, "executor", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
        var accepted = listener.AcceptAsync();
        Assert.True(accepted.Wait(Patience.Limit), "the executor does not call");
        stream = new NetworkStream(accepted.Result, ownsSocket: true) { ReadTimeout = (int)Patience.Milliseconds };
    }

    public string Output => output.Result;

    public string Error => error.Result;

    public static string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.dll");

    public void Send(ToExecutor message) => message.WriteDelimitedTo(stream);

    /// <summary>Sends what no executor understands.</summary>
    public void SendGarbage() => stream.Write([5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);

    /// <summary>The next message; null where the executor has ended.</summary>
    public FromExecutor? Receive()
    {
        try
        {
            return FromExecutor.Parser.ParseDelimitedFrom(stream);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } })
        {
            return null;
        }
    }

    /// <summary>The next message that is no progress; null where the executor has ended.</summary>
    public FromExecutor? ReceiveResult()
    {
        while (true)
            if (Receive() is var message && message?.MessageCase != FromExecutor.MessageOneofCase.Progress) return message;
    }

    public FromExecutor Ask(ToExecutor message)
    {
        Send(message);
        return ReceiveResult() ?? throw new InvalidOperationException($"The executor has ended: {Error}");
    }

    public void Disconnect() => stream.Dispose();

    /// <summary>Waits until the process has ended.</summary>
    public int End()
    {
        Assert.True(process.WaitForExit(Patience.Limit), "the executor does not end");
        return process.ExitCode;
    }

    public void Dispose()
    {
        stream.Dispose();
        if (!process.WaitForExit(Patience.Limit)) process.Kill();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
