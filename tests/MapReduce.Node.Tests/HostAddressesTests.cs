using System.Net;
using System.Net.Sockets;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class HostAddressesTests
{
    private static readonly IPAddress First = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("10.0.0.2");

    private readonly Clock clock = new();
    private readonly HostAddresses hosts;
    private Func<IPAddress[]> answer = () => [First];
    private int asked;

    public HostAddressesTests() => hosts = new HostAddresses((_, _) =>
    {
        asked++;
        return Task.FromResult(answer());
    }, clock);

    [Fact]
    public void What_a_name_stands_for_is_asked_once_in_half_a_minute()
    {
        Assert.True(hosts.Has(["node-1.example"], First));
        clock.Now += TimeSpan.FromSeconds(29);
        Assert.True(hosts.Has(["NODE-1.example"], First));
        Assert.Equal(1, asked);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(hosts.Has(["node-1.example"], First));
        Assert.Equal(2, asked);
    }

    [Fact]
    public void A_host_that_has_moved_is_known_after_five_seconds()
    {
        Assert.True(hosts.Has(["node-1.example"], First));
        answer = () => [Second];
        Assert.False(hosts.Has(["node-1.example"], Second));
        clock.Now += TimeSpan.FromSeconds(5);
        Assert.True(hosts.Has(["node-1.example"], Second));
        Assert.False(hosts.Has(["node-1.example"], First));
    }

    [Fact]
    public void A_name_that_stands_for_nothing_has_no_address()
    {
        answer = () => throw new SocketException((int)SocketError.HostNotFound);
        Assert.False(hosts.Has(["nowhere.example"], First));
        Assert.False(hosts.Has([], First));
    }

    [Fact]
    public void An_address_of_version_4_may_look_like_one_of_version_6()
    {
        answer = () => [First.MapToIPv6()];
        Assert.True(hosts.Has(["node-1.example"], First));
    }
}
