using System.Net;
using MapReduce.Node.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Who gives way where more connect than a node has room for.</summary>
public sealed class StrangersTests : IDisposable
{
    private const int Most = 4;

    private readonly Strangers strangers = new(Most, new RefusalLog(NullLogger.Instance, TimeProvider.System));
    private readonly TaskCompletionSource end = new();

    public void Dispose() => end.SetResult();

    [Fact]
    public void One_too_many_closes_the_oldest_of_the_address_that_has_the_most()
    {
        var first = Connect("192.0.2.1");
        var second = Connect("192.0.2.2");
        var third = Connect("192.0.2.2");
        var fourth = Connect("192.0.2.3");
        Assert.DoesNotContain(new[] { first, second, third, fourth }, connection => connection.IsClosed);
        Connect("192.0.2.4");
        Assert.Equal([false, true, false, false], new[] { first, second, third, fourth }.Select(connection => connection.IsClosed));
    }

    [Fact]
    public void Whoever_has_shown_the_token_stays_however_many_come()
    {
        var peer = Connect("192.0.2.1");
        Admit(peer);
        var others = Enumerable.Range(0, 3 * Most).Select(_ => Connect("192.0.2.1")).ToList();
        Assert.False(peer.IsClosed);
        Assert.Equal(Most, others.Count(other => !other.IsClosed));
        // A second call over the same connection changes nothing.
        Admit(peer);
        Assert.Equal(Most, others.Count(other => !other.IsClosed));
    }

    [Fact]
    public void Who_has_left_counts_no_more()
    {
        var left = new Connection("192.0.2.1");
        Assert.True(strangers.ServeAsync(left, _ => Task.CompletedTask).IsCompletedSuccessfully);
        var others = Enumerable.Range(0, Most).Select(_ => Connect("192.0.2.1")).ToList();
        Assert.DoesNotContain(others, other => other.IsClosed);
    }

    private Connection Connect(string address)
    {
        var connection = new Connection(address);
        _ = strangers.ServeAsync(connection, _ => end.Task);
        return connection;
    }

    private static void Admit(Connection connection)
    {
        var call = new DefaultHttpContext();
        call.Features.Set<IConnectionItemsFeature>(connection);
        Strangers.Admit(call);
    }

    private sealed class Connection : DefaultConnectionContext
    {
        public Connection(string address) => RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1);

        public bool IsClosed { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsClosed = true;
    }
}
