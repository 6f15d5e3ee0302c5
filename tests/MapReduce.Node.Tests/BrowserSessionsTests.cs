using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Tickets and sessions of browsers.</summary>
public sealed class BrowserSessionsTests
{
    private readonly Clock clock = new();
    private readonly BrowserSessions sessions;

    public BrowserSessionsTests() => sessions = Make('s');

    [Fact]
    public void A_ticket_is_good_once_and_for_five_minutes()
    {
        var ticket = sessions.NewTicket();
        Assert.True(sessions.Redeem(ticket));
        Assert.False(sessions.Redeem(ticket));
        var late = sessions.NewTicket();
        clock.Now += TimeSpan.FromSeconds(301);
        Assert.False(sessions.Redeem(late));
    }

    [Fact]
    public void A_ticket_from_before_the_node_s_start_is_not_taken_for_it_may_have_been_used()
    {
        var ticket = sessions.NewTicket();
        clock.Now += TimeSpan.FromSeconds(10);
        Assert.False(Make('s').Redeem(ticket));
        Assert.True(sessions.Redeem(ticket));
    }

    [Fact]
    public void A_session_is_good_on_every_node_of_the_cluster_for_twelve_hours()
    {
        var session = sessions.NewSession();
        clock.Now += TimeSpan.FromHours(12);
        Assert.True(Make('s').IsSession(session));
        Assert.False(Make('x').IsSession(session));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.False(sessions.IsSession(session));
    }

    [Fact]
    public void A_ticket_is_no_session_and_a_session_no_ticket()
    {
        Assert.False(sessions.IsSession(sessions.NewTicket()));
        Assert.False(sessions.Redeem(sessions.NewSession()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2")]
    [InlineData("1.2.3")]
    [InlineData("99999999999.ab.cd")]
    public void What_was_never_given_is_refused(string text)
    {
        Assert.False(sessions.IsSession(text));
        Assert.False(sessions.Redeem(text));
        var session = sessions.NewSession().Split('.');
        Assert.False(sessions.IsSession($"9{session[0]}.{session[1]}.{session[2]}"));
    }

    [Fact]
    public void Clusters_on_one_machine_have_cookies_of_different_names() => Assert.NotEqual(sessions.CookieName, Make('x').CookieName);

    private BrowserSessions Make(char secret) => new(new string(secret, 32), clock);
}
