using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Users whom an identity provider knows.</summary>
public sealed class IdentityProviderTests : IAsyncLifetime
{
    private const string Audience = "mapreduce";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly string authority = $"http://127.0.0.1:{Ports.Free()}";
    private readonly RSA key = RSA.Create(2048);
    private readonly RSA other = RSA.Create(2048);
    private WebApplication provider = null!;
    private MiniCluster cluster = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        provider = builder.Build();
        provider.Urls.Add(authority);
        var described = new JsonObject { ["issuer"] = authority, ["jwks_uri"] = $"{authority}/keys" }.ToJsonString();
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var keys = new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = "one", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) }) }.ToJsonString();
        provider.MapGet("/.well-known/openid-configuration", (HttpContext context) => Say(context, described));
        provider.MapGet("/keys", (HttpContext context) => Say(context, keys));
        await provider.StartAsync();
        cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), $"mapreduce.http.jwt {{ authority = \"{authority}\", audience = {Audience}, role-claim = roles }}\n" + TestProgram.Settings);
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(cluster.Nodes.Values.Single().Settings.HttpAddress), Timeout = Patience.Limit };

        static Task Say(HttpContext context, string json)
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(json);
        }
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await cluster.DisposeAsync();
        await provider.DisposeAsync();
        key.Dispose();
        other.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_token_of_the_provider_has_the_greatest_role_that_it_names()
    {
        Assert.Equal((200, null), await CallAsync(Token("ann", "view")));
        Assert.Equal((403, "role"), await CallAsync(Token("ann", "view"), HttpMethod.Post, "v1/nodes/nobody/drain"));
        // Whether there is such a node the job master says, who may be slow to answer.
        Assert.NotEqual(403, (await CallAsync(Token("ann", "view", "operate"), HttpMethod.Post, "v1/nodes/nobody/drain")).Status);
        Assert.Equal((403, "role"), await CallAsync(Token("ann", "baker")));
        Assert.Equal((200, null), await CallAsync(cluster.Token));
    }

    [Fact]
    public async Task A_token_that_is_not_the_provider_s_or_not_for_this_cluster_or_too_old_is_refused()
    {
        Assert.Equal((401, "token"), await CallAsync(Token("ann", other, TimeSpan.FromHours(1), authority, Audience, "view")));
        Assert.Equal((401, "token"), await CallAsync(Token("ann", key, TimeSpan.FromHours(1), "http://evil.example", Audience, "view")));
        Assert.Equal((401, "token"), await CallAsync(Token("ann", key, TimeSpan.FromHours(1), authority, "another", "view")));
        Assert.Equal((401, "expired"), await CallAsync(Token("ann", key, TimeSpan.FromHours(-1), authority, Audience, "view")));
        Assert.Equal((401, "token"), await CallAsync(Token("ann", key, TimeSpan.FromDays(2), authority, Audience, "view")));
        Assert.Equal((401, "token"), await CallAsync(Token("owner", "operate")));
        Assert.Equal((401, "token"), await CallAsync("a.b.c"));
        Assert.Equal((401, "token"), await CallAsync("nonsense"));
    }

    [Fact]
    public async Task Without_the_provider_its_tokens_are_not_taken_and_all_others_are()
    {
        await provider.StopAsync();
        Assert.Equal((503, "users"), await CallAsync(Token("ann", "view")));
        Assert.Equal((200, null), await CallAsync(cluster.Token));
    }

    [Fact]
    public async Task A_browser_signs_in_with_a_token_of_the_provider()
    {
        using var signedIn = await http.PostAsync("login", new FormUrlEncodedContent([new("token", Token("ann", "view"))]));
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "openapi/v1.json") { Headers = { { "Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0] }, { "X-MapReduce-Dashboard", "1" } } };
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var refused = await http.PostAsync("login", new FormUrlEncodedContent([new("token", Token("ann", "baker"))]));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task<(int Status, string? Code)> CallAsync(string token, HttpMethod? method = null, string path = "openapi/v1.json")
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, response.StatusCode == HttpStatusCode.OK ? null : JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.ApiError)?.Code);
    }

    private string Token(string name, params string[] roles) => Token(name, key, TimeSpan.FromHours(1), authority, Audience, roles);

    private static string Token(string name, RSA key, TimeSpan term, string issuer, string audience, params string[] roles)
    {
        var now = DateTimeOffset.UtcNow;
        var header = new JsonObject { ["alg"] = "RS256", ["kid"] = "one", ["typ"] = "JWT" };
        var claims = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = audience,
            ["sub"] = name,
            ["roles"] = new JsonArray([.. roles.Select(role => JsonValue.Create(role))]),
            ["nbf"] = (now + term - TimeSpan.FromHours(2)).ToUnixTimeSeconds(),
            ["exp"] = (now + term).ToUnixTimeSeconds(),
        };
        var text = $"{Part(header)}.{Part(claims)}";
        return $"{text}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";

        static string Part(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
    }
}
