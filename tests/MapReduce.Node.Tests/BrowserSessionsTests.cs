using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Tickets and sessions of browsers.</summary>
public sealed class BrowserSessionsTests
{
    private static readonly Caller Ann = new("ann.lee@example.com", Roles.Submit, new string('d', 64));

    private readonly Clock clock = new();
    private readonly BrowserSessions sessions;

    public BrowserSessionsTests() => sessions = Make('s');

    [Fact]
    public void A_ticket_is_good_once_and_for_five_minutes()
    {
        var ticket = sessions.NewTicket();
        Assert.Equal((Caller.Owner.Name, Roles.Operate), (sessions.Redeem(ticket)!.Name, sessions.CallerOf(sessions.NewSession(Caller.Owner))!.Role));
        Assert.Null(sessions.Redeem(ticket));
        var late = sessions.NewTicket();
        clock.Now += TimeSpan.FromSeconds(301);
        Assert.Null(sessions.Redeem(late));
    }

    [Fact]
    public void A_ticket_from_before_the_node_s_start_is_not_taken_for_it_may_have_been_used()
    {
        var ticket = sessions.NewTicket();
        clock.Now += TimeSpan.FromSeconds(10);
        Assert.Null(Make('s').Redeem(ticket));
        Assert.NotNull(sessions.Redeem(ticket));
    }

    [Fact]
    public void A_session_is_good_on_every_node_of_the_cluster_for_twelve_hours()
    {
        var session = sessions.NewSession(Ann);
        var end = clock.Now += TimeSpan.FromHours(12);
        Assert.Equal(Ann with { Expires = end }, Make('s').CallerOf(session));
        Assert.Null(Make('x').CallerOf(session));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Null(sessions.CallerOf(session));
    }

    [Fact]
    public void A_session_ends_with_the_token_that_began_it()
    {
        var session = sessions.NewSession(Ann with { Expires = clock.Now.AddMinutes(1) });
        Assert.NotNull(sessions.CallerOf(session));
        clock.Now += TimeSpan.FromSeconds(61);
        Assert.Null(sessions.CallerOf(session));
    }

    [Fact]
    public void A_ticket_is_no_session_and_a_session_no_ticket()
    {
        Assert.Null(sessions.CallerOf(sessions.NewTicket()));
        Assert.Null(sessions.Redeem(sessions.NewSession(Ann)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4")]
    [InlineData("99999999999.6f70.ab.cd")]
    public void What_was_never_given_is_refused(string text)
    {
        Assert.Null(sessions.CallerOf(text));
        Assert.Null(sessions.Redeem(text));
        var session = sessions.NewSession(Ann).Split('.');
        var owner = sessions.NewSession(Caller.Owner).Split('.');
        Assert.Null(sessions.CallerOf($"9{session[0]}.{session[1]}.{session[2]}.{session[3]}"));
        Assert.Null(sessions.CallerOf($"{session[0]}.{owner[1]}.{session[2]}.{session[3]}"));
    }

    [Fact]
    public void Clusters_on_one_machine_have_cookies_of_different_names() => Assert.NotEqual(sessions.CookieName, Make('x').CookieName);

    private BrowserSessions Make(char secret) => new(new string(secret, 32), clock);
}
