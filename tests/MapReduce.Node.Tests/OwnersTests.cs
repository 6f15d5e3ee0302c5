using MapReduce.Api;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Whose jobs are whose, and what others may do with them.</summary>
public sealed class OwnersTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly List<MapReduceClient> clients = [];

    private string UsersFile => Path.Combine(shared.Nodes, UserFile.Name);

    public void Dispose()
    {
        foreach (var client in clients) client.Dispose();
        File.Delete(UsersFile);
    }

    [Fact]
    public async Task A_job_is_ended_and_read_by_its_owner_and_by_those_who_operate_and_seen_by_all()
    {
        var (ann, bob, carl, dora) = (As("ann", Roles.Submit), As("bob", Roles.Submit), As("carl", Roles.View), As("dora", Roles.Operate));
        var id = await ann.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("a a", "b")], Output = shared.Place("out") });
        var job = await ann.WaitAsync(id);
        Assert.Equal(("succeeded", "ann"), (job.Phase, job.Owner));
        var attempt = (await SharedCluster.EventsAsync(ann, id)).First(@event => @event.Event == "AttemptSucceeded").Attempt!;
        var planned = (await SharedCluster.EventsAsync(ann, id)).First(@event => @event.Event == "StagePlanned");

        (string What, Func<MapReduceClient, Task> Do)[] rights =
        [
            ("output", async client => await (await client.ReadOutputAsync(id)).DisposeAsync()),
            ("log", client => client.LogAsync(id, attempt)),
            ("order", client => client.OrderAsync(id)),
            ("segment", async client => await (await client.ReadSegmentAsync(id, planned.Plan!, attempt, 0)).DisposeAsync()),
            ("cancel", client => client.CancelAsync(id)),
            ("delete", client => client.DeleteAsync(id)),
        ];
        foreach (var (what, attempted) in rights)
        {
            Assert.Equal((what, "owner"), (what, (await Assert.ThrowsAsync<ApiException>(() => attempted(bob))).Code));
            Assert.Equal((what, "role"), (what, (await Assert.ThrowsAsync<ApiException>(() => attempted(carl))).Code));
        }
        foreach (var client in (MapReduceClient[])[ann, dora])
        {
            await (await client.ReadOutputAsync(id)).DisposeAsync();
            await client.OrderAsync(id);
            Assert.Equal("no-log", (await Assert.ThrowsAsync<ApiException>(() => client.LogAsync(id, attempt))).Code);
        }
        foreach (var client in (MapReduceClient[])[bob, carl])
        {
            Assert.Equal("ann", (await client.JobAsync(id)).Owner);
            Assert.Contains((await client.JobsAsync()).Jobs, other => other.Id == id && other.Owner == "ann");
            Assert.DoesNotContain((await client.OwnJobsAsync()).Jobs, other => other.Id == id);
            // Whoever knows the digest of a plan may read it.
            Assert.Null((await SharedCluster.EventsAsync(client, id)).First(@event => @event.Event == "StagePlanned").Plan);
            Assert.NotEmpty((await client.TasksAsync(id)).Tasks);
        }
        Assert.Contains((await ann.OwnJobsAsync()).Jobs, other => other.Id == id);
        var package = (await ann.OrderAsync(id)).Package;
        // The audit has the id, whatever it is called by.
        await dora.DeleteAsync(id[..8]);

        Assert.Equal("role", (await Assert.ThrowsAsync<ApiException>(() => ann.AuditAsync())).Code);
        using var patience = new CancellationTokenSource(Patience.Limit);
        var audit = await dora.AuditAsync();
        // A node that is slow to answer is asked again.
        while (audit.Missing.Count > 0 && !patience.IsCancellationRequested) audit = await dora.AuditAsync();
        Assert.Empty(audit.Missing);
        var entries = audit.Entries.Where(entry => entry.Job == id).ToList();
        Assert.Equal(
            [("dora", "DeleteJob", "done"), ("carl", "DeleteJob", "role"), ("bob", "DeleteJob", "owner"), ("carl", "CancelJob", "role"), ("bob", "CancelJob", "owner"), ("ann", "SubmitJob", "done")],
            entries.Select(entry => (entry.User, entry.Act, entry.Result)));
        Assert.Equal((package, "127.0.0.1"), (entries[^1].Digest, entries[^1].Remote));
        Assert.Contains(audit.Entries, entry => entry is { User: "ann", Act: "UploadPackage", Result: "done" } && entry.Digest == package);
    }

    [Fact]
    public async Task An_old_job_does_not_show_its_owner_what_another_has_written_at_its_place_since()
    {
        var (ann, bob) = (As("ann", Roles.Submit), As("bob", Roles.Submit));
        var place = shared.Place("out");
        var old = await ann.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("a")], Output = place });
        await ann.WaitAsync(old);
        await (await ann.ReadOutputAsync(old)).DisposeAsync();
        var later = await bob.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("secret")], Output = place, Overwrite = true });
        Assert.Equal("succeeded", (await bob.WaitAsync(later)).Phase);
        var refused = await Assert.ThrowsAsync<ApiException>(() => ann.ReadOutputAsync(old));
        Assert.Equal("no-output", refused.Code);
        Assert.Contains("another job has written at its place", refused.Message, StringComparison.Ordinal);
        await (await bob.ReadOutputAsync(later)).DisposeAsync();
    }

    [Fact]
    public async Task The_same_client_token_of_two_users_is_two_jobs()
    {
        var texts = shared.Texts("a");
        var ids = new List<string>();
        clients.Add(shared.Cluster.Connect(Patience.Limit));
        foreach (var client in (MapReduceClient[])[As("ann", Roles.Submit), As("bob", Roles.Submit), clients[0]])
        {
            var first = await SubmitAsync(client);
            Assert.Equal(first, await SubmitAsync(client));
            ids.Add(first);
        }
        Assert.Equal(3, ids.Distinct().Count());

        Task<string> SubmitAsync(MapReduceClient client)
            => client.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [texts], Output = shared.Place("out"), ClientToken = "once" });
    }

    private MapReduceClient As(string name, string role)
    {
        var token = User.NewToken();
        new UserFile([.. UserFile.Read(UsersFile).Users, new User(name, role, User.DigestOf(token), DateTimeOffset.UtcNow.AddHours(1))]).Write(UsersFile);
        clients.Add(new MapReduceClient(shared.Cluster.Nodes.Values.Select(node => new Uri(node.Settings.HttpAddress)), token, patience: Patience.Limit));
        return clients[^1];
    }
}
