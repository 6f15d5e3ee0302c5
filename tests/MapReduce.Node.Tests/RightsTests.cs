using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Who may call what: every endpoint that a running node has, by everybody that there is.</summary>
public sealed class RightsTests(RightsTests.Shared shared) : IClassFixture<RightsTests.Shared>, IDisposable
{
    private const string Anybody = "anybody";

    /// <summary>It is for nodes, at a port of theirs, and not there at that of users.</summary>
    private const string NoUser = "nothing";

    /// <summary>What each endpoint needs. A new one has to be named here, after some thought.</summary>
    private static readonly Dictionary<string, string> Needed = new()
    {
        ["GET /"] = Anybody,
        ["GET /jobs"] = Anybody,
        ["GET /jobs/{job}"] = Anybody,
        ["GET /nodes"] = Anybody,
        ["GET /nodes/{node}"] = Anybody,
        ["GET /assets/{**name}"] = Anybody,
        ["GET /login"] = Anybody,
        ["POST /login"] = Anybody,
        ["POST /logout"] = Anybody,
        ["GET /health/live"] = Anybody,
        ["GET /health/ready"] = Anybody,
        ["GET /metrics"] = Roles.View,
        ["GET /openapi/{documentName}.json"] = Roles.View,
        ["GET /v1/cluster"] = Roles.View,
        ["GET /v1/cluster/events"] = Roles.View,
        ["GET /v1/events"] = Roles.View,
        ["GET /v1/nodes"] = Roles.View,
        ["GET /v1/nodes/{node}"] = Roles.View,
        ["GET /v1/jobs"] = Roles.View,
        ["GET /v1/jobs/{job}"] = Roles.View,
        ["GET /v1/jobs/{job}/tasks"] = Roles.View,
        ["GET /v1/jobs/{job}/events"] = Roles.View,
        ["GET /v1/jobs/{job}/attempts"] = Roles.View,
        ["GET /v1/jobs/{job}/failures"] = Roles.View,
        ["GET /v1/jobs/{job}/diagnosis"] = Roles.View,
        ["POST /v1/packages"] = Roles.Submit,
        ["POST /v1/files"] = Roles.Submit,
        ["POST /v1/jobs"] = Roles.Submit,
        ["POST /v1/jobs/{job}/cancel"] = Roles.Submit,
        ["DELETE /v1/jobs/{job}"] = Roles.Submit,
        ["GET /v1/jobs/{job}/attempts/{attempt}/log"] = Roles.Submit,
        ["GET /v1/jobs/{job}/output/{**name}"] = Roles.Submit,
        ["GET /v1/jobs/{job}/order"] = Roles.Submit,
        ["GET /v1/jobs/{job}/plans/{plan}/maps/{attempt}/segments/{reduce}"] = Roles.Submit,
        ["GET /v1/blobs/{digest}"] = Roles.Submit,
        ["POST /v1/nodes/{node}/drain"] = Roles.Operate,
        ["GET /v1/audit"] = Roles.Operate,
        ["GET /internal/audit"] = NoUser,
        ["GET /internal/blobs/{digest}"] = NoUser,
        ["PUT /internal/blobs/{digest}"] = NoUser,
        ["POST /internal/segments"] = NoUser,
        ["GET /internal/logs/{job}/{attempt}"] = NoUser,
        ["GET /internal/vitals"] = NoUser,
    };

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(shared.Node.HttpAddress), Timeout = Patience.Limit };

    public static TheoryData<string> Endpoints => [.. Needed.Keys];

    public void Dispose() => http.Dispose();

    [Fact]
    public void Every_endpoint_is_in_the_table_and_says_itself_what_the_table_says()
    {
        var found = shared.Cluster.Nodes.Values.Single().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint => NamesOf(endpoint).Select(name => (name, Says: SaysOf(endpoint)))).OrderBy(endpoint => endpoint.name, StringComparer.Ordinal);
        Assert.Equal(Needed.Select(endpoint => (endpoint.Key, endpoint.Value)).OrderBy(endpoint => endpoint.Key, StringComparer.Ordinal), found);
    }

    [Fact]
    public void Every_endpoint_for_users_says_how_long_a_body_may_be()
        => Assert.All(shared.Cluster.Nodes.Values.Single().Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is not null), endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize));

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task An_endpoint_is_for_those_whom_it_names_and_for_nobody_else(string endpoint)
    {
        var needed = Needed[endpoint];
        foreach (var (who, token) in shared.Tokens)
        {
            using var response = await CallAsync(endpoint, token);
            var answer = (who, (int)response.StatusCode, await CodeAsync(response));
            if (needed == Anybody || MayCall(who, needed)) Assert.False(answer is (_, 401 or 403, not null), $"{answer}");
            else if (needed == NoUser && (who == "owner" || Roles.All.Contains(who))) Assert.Equal((who, 404, null), answer);
            else if (who == "expired") Assert.Equal((who, 401, "expired"), answer);
            else if (Roles.All.Contains(who)) Assert.Equal((who, 403, "role"), answer);
            else Assert.Equal((who, 401, "token"), answer);
        }
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", null, HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/v1/nothing", Roles.View, HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/v1/nodes", null, HttpStatusCode.Unauthorized)]
    [InlineData("DELETE", "/v1/nodes", Roles.View, HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/internal/vitals", Roles.Operate, HttpStatusCode.NotFound)]
    public async Task What_there_is_not_is_told_to_those_only_who_may_know_something(string method, string path, string? who, HttpStatusCode status)
    {
        using var response = await CallAsync($"{method} {path}", who is null ? null : shared.Tokens[who]);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Each_refusal_is_a_sentence_with_the_next_step()
    {
        (string? Token, string Endpoint, string Words)[] refusals =
        [
            (null, "GET /v1/jobs", "The call has no token. mr reads it from the cluster's folder, or from the file that --token-file names"),
            (shared.Tokens["unknown"], "GET /v1/jobs", "The token is neither that of the cluster nor a user's. Whoever runs the cluster gives one: mr user add."),
            (shared.Tokens["expired"], "GET /v1/jobs", "The token of late was good until 2020-01-01 00:00 UTC. Whoever runs the cluster gives a new one: mr user remove late, then mr user add late --role operate."),
            (shared.Tokens[Roles.View], "POST /v1/jobs", "viewer has the role view, and this needs the role submit. Whoever runs the cluster gives roles: mr user add."),
        ];
        foreach (var (token, endpoint, words) in refusals)
        {
            using var response = await CallAsync(endpoint, token);
            Assert.Contains(words, JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.ApiError)!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sessions_have_the_rights_of_whoever_signed_in_as_long_as_these_last()
    {
        using var signedIn = await http.PostAsync("login", new FormUrlEncodedContent([new("token", shared.Tokens[Roles.View])]));
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        // None of these asks the job master, who may be slow to answer.
        Assert.Equal((200, null), await WithSessionAsync("GET", "/openapi/v1.json"));
        Assert.Equal((403, "role"), await WithSessionAsync("POST", "/v1/jobs/none/cancel"));
        using var expired = await http.PostAsync("login", new FormUrlEncodedContent([new("token", shared.Tokens["expired"])]));
        Assert.Equal(HttpStatusCode.Unauthorized, expired.StatusCode);
        var all = UserFile.Read(shared.UsersFile);
        try
        {
            new UserFile([.. all.Users.Select(user => user.Name == "viewer" ? user with { Role = Roles.Operate } : user)]).Write(shared.UsersFile);
            Assert.NotEqual(403, (await WithSessionAsync("POST", "/v1/jobs/none/cancel")).Item1);
            new UserFile([.. all.Users.Where(user => user.Name != "viewer")]).Write(shared.UsersFile);
            Assert.Equal((401, "token"), await WithSessionAsync("GET", "/openapi/v1.json"));
            Assert.Equal((200, null), await WithTokenAsync(shared.Tokens[Roles.Submit]));
            File.WriteAllText(shared.UsersFile, "{");
            Assert.Equal((503, "users"), await WithTokenAsync(shared.Tokens[Roles.Submit]));
            Assert.Equal((200, null), await WithTokenAsync(shared.Cluster.Token));
        }
        finally
        {
            all.Write(shared.UsersFile);
        }

        async Task<(int, string?)> WithSessionAsync(string method, string path)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "Cookie", cookie }, { "Origin", shared.Node.HttpAddress.TrimEnd('/') }, { "X-MapReduce-Dashboard", "1" } } };
            using var response = await http.SendAsync(request);
            return ((int)response.StatusCode, await CodeAsync(response));
        }

        async Task<(int, string?)> WithTokenAsync(string? token)
        {
            using var response = await CallAsync("GET /openapi/v1.json", token);
            return ((int)response.StatusCode, await CodeAsync(response));
        }
    }

    [Fact]
    public async Task Who_is_removed_watches_no_longer()
    {
        using var watch = await CallAsync("GET /v1/cluster/events", shared.Tokens[Roles.View]);
        Assert.Equal(HttpStatusCode.OK, watch.StatusCode);
        var all = UserFile.Read(shared.UsersFile);
        try
        {
            new UserFile([.. all.Users.Where(user => user.Name != "viewer")]).Write(shared.UsersFile);
            using var patience = new CancellationTokenSource(Patience.Limit);
            await using var stream = await watch.Content.ReadAsStreamAsync(patience.Token);
            await stream.CopyToAsync(Stream.Null, patience.Token);
        }
        finally
        {
            all.Write(shared.UsersFile);
        }
    }

    [Fact]
    public async Task Whatever_changes_something_leaves_one_line_of_whoever_calls_it()
    {
        const string Changer = "changer";
        var changes = shared.Cluster.Nodes.Values.Single().Endpoints.OfType<RouteEndpoint>().Where(endpoint => Roles.All.Contains(SaysOf(endpoint)))
            .SelectMany(endpoint => NamesOf(endpoint).Where(name => !name.StartsWith("GET ", StringComparison.Ordinal)).Select(name => (name, Act: endpoint.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName))).ToList();
        Assert.NotEmpty(changes);
        var audit = new AuditLog(shared.Node.Audit);
        var token = User.NewToken();
        var all = UserFile.Read(shared.UsersFile);
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            // One of its own, because lines of others may still be on their way.
            new UserFile([.. all.Users, new User(Changer, Roles.Operate, User.DigestOf(token), DateTimeOffset.UtcNow.AddHours(1))]).Write(shared.UsersFile);
            for (var call = 0; call < changes.Count; call++)
            {
                using var response = await CallAsync(changes[call].name, token);
                // The line may follow the answer.
                while (Acts().Count <= call) await pause.WaitForNextTickAsync(patience.Token);
            }
            Assert.Equal(changes.Select(change => change.Act), Acts());
        }
        finally
        {
            all.Write(shared.UsersFile);
        }

        List<string> Acts() => [.. audit.Latest(1000).Where(entry => entry.User == Changer).Select(entry => entry.Act).Reverse()];
    }

    private static bool MayCall(string who, string needed) => who == "owner" || (Roles.All.Contains(who) && Roles.From(needed).Contains(who));

    private static IEnumerable<string> NamesOf(RouteEndpoint endpoint)
        => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}");

    private static string SaysOf(RouteEndpoint endpoint)
        => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? Anybody : endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy ?? NoUser;

    private Task<HttpResponseMessage> CallAsync(string endpoint, string? token)
    {
        var (method, pattern) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
        var path = new StringBuilder(pattern)
            .Replace("{documentName}", "v1").Replace("{job}", "none").Replace("{node}", "nobody").Replace("{**name}", "nothing").Replace("{attempt}", "s0-m00000-a0")
            .Replace("{digest}", new string('0', 64)).Replace("{plan}", new string('0', 64)).Replace("{reduce}", "0");
        var request = new HttpRequestMessage(new HttpMethod(method), path.ToString());
        if (method is "POST" or "PUT") request.Content = new ByteArrayContent([]) { Headers = { ContentType = ContentOf(pattern) } };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        // Some answers have no end.
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static MediaTypeHeaderValue ContentOf(string pattern) => new(pattern switch { "/v1/packages" => "application/zip", "/v1/jobs" => "application/json", _ => "application/octet-stream" });

    /// <summary>The code of an error of the API; null where the answer is none.</summary>
    private static async Task<string?> CodeAsync(HttpResponseMessage response)
        => !response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.ApiError)?.Code : null;

    /// <summary>A node, and a token of everybody.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

        public MiniCluster Cluster { get; private set; } = null!;

        public NodeSettings Node { get; private set; } = null!;

        public string UsersFile => Path.Combine(folder, "cluster", UserFile.Name);

        /// <summary>By role, or whatever else there is.</summary>
        public IReadOnlyDictionary<string, string?> Tokens { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), TestProgram.Settings);
            Node = Cluster.Nodes.Values.Single().Settings;
            var expired = User.NewToken();
            var users = new List<User> { new("late", Roles.Operate, User.DigestOf(expired), new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)) };
            Tokens = new Dictionary<string, string?>
            {
                ["nobody"] = null,
                ["unknown"] = User.NewToken(),
                ["expired"] = expired,
                [Roles.View] = Add("viewer", Roles.View),
                [Roles.Submit] = Add("submitter", Roles.Submit),
                [Roles.Operate] = Add("operator", Roles.Operate),
                ["owner"] = Cluster.Token,
                ["node"] = new Tokens(Cluster.Token, TimeProvider.System).ForJob("job"),
            };
            new UserFile(users).Write(UsersFile);

            string Add(string name, string role)
            {
                var token = User.NewToken();
                users.Add(new User(name, role, User.DigestOf(token), DateTimeOffset.UtcNow.AddHours(1)));
                return token;
            }
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
