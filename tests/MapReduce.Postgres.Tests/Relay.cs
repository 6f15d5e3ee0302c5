using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MapReduce.Postgres.Tests;

/// <summary>Stands between a client and a server at an address of its own, which stays when the server is another one. It can keep an answer to itself.</summary>
public sealed class Relay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Task serving;
    private volatile int server;
    private byte[]? wanted;
    private TaskCompletionSource<string> dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Relay(int server)
    {
        this.server = server;
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>The port that clients use.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Leads clients that connect from now on to another server.</summary>
    public void LeadTo(int port) => server = port;

    /// <summary>Lets the next question with these words reach the server, and when that has answered, closes the connection without a word to the client.</summary>
    /// <returns>Ends when that has happened, with the question.</returns>
    public Task<string> DropAnswerTo(string words)
    {
        dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref wanted, Encoding.ASCII.GetBytes(words));
        return dropped.Task;
    }

    public void Dispose()
    {
        end.Cancel();
        listener.Stop();
        serving.Wait();
        end.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(RelayAsync(await listener.AcceptTcpClientAsync(end.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient accepted)
    {
        using var client = accepted;
        using var target = new TcpClient();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        try
        {
            await target.ConnectAsync(IPAddress.Loopback, server, over.Token);
            var connection = new Connection();
            var ends = new[] { AskAsync(client.GetStream(), target.GetStream(), connection, over.Token), AnswerAsync(target.GetStream(), client.GetStream(), connection, over.Token) };
            await Task.WhenAny(ends);
            await over.CancelAsync();
            await Task.WhenAll(ends);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has gone.
        }
    }

    private async Task AskAsync(NetworkStream client, NetworkStream target, Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await client.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (Volatile.Read(ref wanted) is { } words && buffer.AsSpan(0, read).IndexOf(words) >= 0 && Interlocked.CompareExchange(ref wanted, null, words) == words)
                connection.Question = Encoding.ASCII.GetString(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private async Task AnswerAsync(NetworkStream target, NetworkStream client, Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await target.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (connection.Question is { } question)
            {
                dropped.SetResult(question);
                return;
            }
            await client.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private sealed class Connection
    {
        private volatile string? question;

        /// <summary>The question whose answer is kept; null for none.</summary>
        public string? Question
        {
            get => question;
            set => question = value;
        }
    }
}
