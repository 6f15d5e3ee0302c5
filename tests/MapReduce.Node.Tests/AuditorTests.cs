using System.Security.Claims;
using MapReduce.Node.Configuration;
using MapReduce.Node.Http;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Which calls have a line in the audit log, and what it says.</summary>
public sealed class AuditorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly Clock clock = new();
    private readonly AuditLog audit;
    private readonly Auditor auditor;

    public AuditorTests()
    {
        var token = Path.Combine(folder, "token");
        PrivateFiles.Write(token, new string('x', 32));
        var own = NodeConfiguration.Parse($$"""
            mapreduce {
              node.folder = "{{folder}}"
              http.token-file = "{{token}}"
            }
            """, "test");
        audit = new AuditLog(new AuditSettings(Path.Combine(folder, "audit.log"), 1 << 20, 1));
        auditor = new Auditor(NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), own, "test"), takesPorts: false), audit, clock, NullLogger<Auditor>.Instance);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_is_refused_has_a_pace_of_each_user_and_what_is_done_has_none()
    {
        for (var call = 0; call < 100; call++) await CallAsync("bob", note => note.Error = "role");
        for (var call = 0; call < 30; call++) await CallAsync("bob", note => note.MayBeDone = true);
        await CallAsync("ann", note => note.Error = "owner");
        clock.Now += TimeSpan.FromSeconds(1);
        for (var call = 0; call < 10; call++) await CallAsync("bob", note => note.Error = "role");
        IEnumerable<(string, string, long?)> expected = [("bob", "role", 80), ("ann", "owner", null), .. Enumerable.Repeat(("bob", "done", (long?)null), 30), .. Enumerable.Repeat(("bob", "role", (long?)null), 20)];
        Assert.Equal(expected, audit.Latest(1000).Select(entry => (entry.User, entry.Result, entry.More)));
    }

    [Theory]
    [InlineData("pace", 0)]
    [InlineData("unknown-job", 20)]
    [InlineData("no-master", 100)]
    [InlineData("busy", 100)]
    public async Task What_was_asked_for_and_may_have_been_done_has_a_line_and_what_was_refused_has_a_pace(string error, int lines)
    {
        for (var call = 0; call < 100; call++) await CallAsync("bob", note => (note.MayBeDone, note.Error) = (true, error));
        Assert.Equal(lines, audit.Latest(1000).Count);
    }

    [Theory]
    [InlineData(false, "aborted")]
    [InlineData(true, "done")]
    public async Task What_may_have_been_done_has_a_line_though_the_caller_has_left(bool mayBeDone, string result)
    {
        await CallAsync("bob", note => (note.MayBeDone, note.Job) = (mayBeDone, "job-1"), hasLeft: true);
        var entry = Assert.Single(audit.Latest(10));
        Assert.Equal(("SubmitJob", "job-1", result), (entry.Act, entry.Job, entry.Result));
    }

    [Fact]
    public async Task A_fault_of_the_node_is_one_in_the_line()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync("bob", _ => throw new InvalidOperationException()));
        Assert.Equal("fault", Assert.Single(audit.Latest(10)).Result);
    }

    private Task CallAsync(string user, Action<AuditNote> serve, bool hasLeft = false)
    {
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test")),
            RequestAborted = new CancellationToken(hasLeft),
        };
        context.Request.Method = HttpMethods.Post;
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new AuthorizeAttribute(Roles.Submit), new EndpointNameMetadata("SubmitJob")), null));
        return auditor.InvokeAsync(context, call =>
        {
            serve(AuditNote.Of(call)!);
            return Task.CompletedTask;
        });
    }
}
