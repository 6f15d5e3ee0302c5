using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Http;

/// <summary>Connections over which nobody has shown yet that it may call, as users do by a token and nodes by a certificate. There are only so many: where one more comes, one of the address that has the most is closed, so that nobody keeps nodes and users out by connections alone.</summary>
/// <param name="most">How many there may be.</param>
/// <param name="log">Is told of those that are closed.</param>
public sealed class Strangers(int most, RefusalLog log)
{
    private static readonly object Key = new();

    // In the order in which they came.
    private readonly List<ConnectionContext> waiting = [];

    /// <summary>Serves a connection, which is a stranger's until it is admitted.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="next">What serves it.</param>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Items[Key] = () => Remove(connection);
        if (Add(connection) is { } closed)
        {
            log.Warn("Closed a connection from {Remote}: over {Most} connections nobody has shown a token yet, and no more of them may be open.", closed.RemoteEndPoint, most);
            closed.Abort(new ConnectionAbortedException("Too many connections are open over which nobody has shown a token yet."));
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Remove(connection);
        }
    }

    /// <summary>Takes note that whoever makes a call may do so: the connection is no stranger's any more.</summary>
    public static void Admit(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is { } items) Admit(items);
    }

    /// <summary>Takes note that whoever has come by a connection may call.</summary>
    /// <param name="items">What the connection carries.</param>
    public static void Admit(IDictionary<object, object?> items)
    {
        if (items.Remove(Key, out var remove)) ((Action)remove!)();
    }

    private ConnectionContext? Add(ConnectionContext connection)
    {
        lock (waiting)
        {
            waiting.Add(connection);
            if (waiting.Count <= most) return null;
            var oldest = waiting.GroupBy(stranger => (stranger.RemoteEndPoint as IPEndPoint)?.Address).MaxBy(strangers => strangers.Count())!.First();
            waiting.Remove(oldest);
            return oldest;
        }
    }

    private void Remove(ConnectionContext connection)
    {
        lock (waiting) waiting.Remove(connection);
    }
}
