using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MapReduce.Postgres.Tests;

/// <summary>Speaks as a server does that is not yet ready: so many logins hear that it starts, and all later ones that their password is wrong.</summary>
internal sealed class StartingServer : IDisposable
{
    private const int EncryptionRequest = 80877103;
    private const int SessionEncryptionRequest = 80877104;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task serving;
    private int left;

    public StartingServer(int logins)
    {
        left = logins;
        listener.Start();
        serving = ServeAsync();
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={((IPEndPoint)listener.LocalEndpoint).Port};Username=someone;Password=unknown";

    /// <summary>The logins that it has not yet told that it starts.</summary>
    public int Left => Volatile.Read(ref left);

    public void Dispose()
    {
        listener.Stop();
        serving.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await AnswerAsync(client.GetStream());
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            while (IsWishForEncryption(await ReadAsync(stream))) await stream.WriteAsync("N"u8.ToArray());
            var (state, message) = left > 0 ? ("57P03", "the database system is starting up") : ("28P01", "password authentication failed");
            if (left > 0) left--;
            var fields = Encoding.ASCII.GetBytes($"SFATAL\0VFATAL\0C{state}\0M{message}\0\0");
            var answer = new byte[5 + fields.Length];
            answer[0] = (byte)'E';
            BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(1), 4 + fields.Length);
            fields.CopyTo(answer, 5);
            await stream.WriteAsync(answer);
        }
        catch (IOException)
        {
            // Whoever went away asks again.
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var content = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(content);
        return content;
    }

    private static bool IsWishForEncryption(byte[] content) => BinaryPrimitives.ReadInt32BigEndian(content) is EncryptionRequest or SessionEncryptionRequest;
}
