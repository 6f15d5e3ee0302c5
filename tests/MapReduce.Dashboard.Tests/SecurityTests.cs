using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace MapReduce.Dashboard.Tests;

/// <summary>Who gets in, by what, and what for.</summary>
[Collection(DashboardFixture.Collection)]
public sealed class SecurityTests(DashboardFixture dashboard)
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    [BrowserFact]
    public async Task A_link_logs_in_once_on_each_node()
    {
        var ticket = dashboard.NewTicket();
        foreach (var node in dashboard.Cluster.Nodes.Values)
        {
            using var first = await http.GetAsync($"{node.Settings.HttpAddress}login?ticket={ticket}");
            Assert.Equal((HttpStatusCode.SeeOther, "/"), (first.StatusCode, first.Headers.Location?.ToString()));
            var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
            using var again = await http.GetAsync($"{node.Settings.HttpAddress}login?ticket={ticket}");
            Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
            Assert.False(again.Headers.Contains("Set-Cookie"));
            Assert.Contains("mr cluster status", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [BrowserFact]
    public async Task The_form_takes_the_token_and_no_other_text()
    {
        using var right = await http.PostAsync($"{dashboard.Address}/login", new FormUrlEncodedContent([new("token", dashboard.Cluster.Token)]));
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        using var wrong = await http.PostAsync($"{dashboard.Address}/login", new FormUrlEncodedContent([new("token", "wrong")]));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var page = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("role=\"alert\">That was not taken", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }

    [BrowserTheory]
    [InlineData("GET", "/v1/cluster", "", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/cluster", "Sec-Fetch-Site: same-origin", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/cluster", "Sec-Fetch-Site: same-site", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/cluster", "Sec-Fetch-Site: cross-site", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/internal/vitals", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/jobs/none/cancel", "", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/jobs/none/cancel", "X-MapReduce-Dashboard: 1", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/jobs/none/cancel", "Origin: own", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/jobs/none/cancel", "Origin: http://127.0.0.1:1|X-MapReduce-Dashboard: 1", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/jobs/none/cancel", "Origin: own|X-MapReduce-Dashboard: 1", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/v1/jobs/none", "Origin: own", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/nodes/none/drain", "", HttpStatusCode.Forbidden)]
    public async Task A_session_is_for_pages_of_the_dashboard_only(string method, string path, string headers, HttpStatusCode expected)
    {
        using var login = await http.GetAsync($"{dashboard.Address}/login?ticket={dashboard.NewTicket()}");
        using var request = new HttpRequestMessage(new HttpMethod(method), dashboard.Address + path);
        request.Headers.Add("Cookie", login.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(header => header.Split(": ", 2))) request.Headers.Add(header[0], header[1] == "own" ? dashboard.Address : header[1]);
        using var response = await http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    [BrowserFact]
    public async Task Without_a_session_a_page_asks_to_sign_in_and_shows_nothing()
    {
        using var page = await http.GetAsync($"{dashboard.Address}/jobs");
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Contains("role=\"alert\" hidden>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var forged = new HttpRequestMessage(HttpMethod.Get, $"{dashboard.Address}/v1/jobs");
        forged.Headers.Add("Cookie", "mr-session-00000000=9999999999.00.00");
        using var refused = await http.SendAsync(forged);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var withToken = new HttpRequestMessage(HttpMethod.Get, $"{dashboard.Address}/v1/jobs") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", dashboard.Cluster.Token) } };
        using var granted = await http.SendAsync(withToken);
        Assert.Equal(HttpStatusCode.OK, granted.StatusCode);
    }
}
