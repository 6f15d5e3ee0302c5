using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MapReduce.Dashboard.Tests;

/// <summary>Stands between a browser and a node, and can be cut.</summary>
internal sealed class Relay : IDisposable
{
    private readonly int target;
    private readonly int port;
    private readonly ConcurrentBag<TcpClient> connections = [];
    private TcpListener? listener;

    public Relay(int target)
    {
        this.target = target;
        listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync(listener);
    }

    public string Address => $"http://127.0.0.1:{port}";

    /// <summary>Cuts all connections and takes no more.</summary>
    public void Cut()
    {
        listener?.Stop();
        listener = null;
        foreach (var connection in connections) connection.Dispose();
        connections.Clear();
    }

    /// <summary>Takes connections again.</summary>
    public void Mend()
    {
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        _ = AcceptAsync(listener);
    }

    public void Dispose() => Cut();

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true) _ = RelayAsync(await from.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task RelayAsync(TcpClient browser)
    {
        var node = new TcpClient();
        connections.Add(browser);
        connections.Add(node);
        try
        {
            await node.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(browser.GetStream().CopyToAsync(node.GetStream()), node.GetStream().CopyToAsync(browser.GetStream()));
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or either side has left.
        }
        finally
        {
            browser.Dispose();
            node.Dispose();
        }
    }
}
