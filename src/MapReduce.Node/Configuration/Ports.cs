using System.Net;
using System.Net.Sockets;

namespace MapReduce.Node.Configuration;

/// <summary>Ports to listen at.</summary>
public static class Ports
{
    /// <summary>A port that nobody listens at.</summary>
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>The port that is wanted, or any where it is 0.</summary>
    /// <param name="wanted">The port.</param>
    /// <param name="host">What the node's address is called.</param>
    /// <param name="addressOf">Where the node will listen under that name; asked, perhaps of DNS, only where a port is wanted.</param>
    /// <param name="key">The setting of the port.</param>
    /// <exception cref="ConfigurationException">Another program listens there.</exception>
    internal static int Choose(int wanted, string host, Func<string, IPAddress> addressOf, string key)
    {
        if (wanted == 0) return Free();
        var address = addressOf(host);
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // Not ReuseAddress: on Unix that shares the port with a server that has asked for the same, as remoting does. Connections of a server that has ended are no obstacle without it.
            socket.Bind(new IPEndPoint(address, wanted));
            socket.Listen(1);
            return wanted;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new ConfigurationException($"Port {wanted} ({key}) is taken by another program. Choose another port, or end that program.", exception);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            var named = host == address.ToString() ? host : $"{address}, which '{host}' stands for";
            throw new ConfigurationException($"This machine has no address {named} (mapreduce.node.host). Set one that it has.", exception);
        }
    }

    /// <summary>The address at which messages between nodes arrive under the name of a host. Any where the name stands for none: whatever listens then says so.</summary>
    internal static IPAddress AddressOf(string host)
    {
        if (IPAddress.TryParse(host, out var address)) return address;
        try
        {
            // Of several, remoting takes the last.
            return Dns.GetHostAddresses(host, AddressFamily.InterNetwork).LastOrDefault(IPAddress.Any);
        }
        catch (SocketException)
        {
            return IPAddress.Any;
        }
    }
}
