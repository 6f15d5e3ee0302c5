using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;
using MapReduce.Node.Security;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A cluster that takes signed packages only.</summary>
public sealed class SignedPackagesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-signed-").FullName;
    private readonly ClusterAuthority signers;

    public SignedPackagesTests() => signers = new ClusterAuthority(Path.Combine(folder, "signers"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_package_is_refused_when_it_comes_unless_one_of_the_signers_has_signed_it_and_then_its_job_runs()
    {
        var (alice, mallory) = (Signer("alice"), Signer("mallory"));
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), $"{TestProgram.Settings}\n{Only(alice)}");
        using var client = cluster.Connect(Patience.Limit);
        var package = Repository.Pack("WordCount", folder);
        Assert.Equal("unsigned", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(package))).Code);

        // What was sent as a file of a job is none of its package.
        var file = await client.UploadFileAsync(package);
        Assert.Equal("unsigned", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(Request(file.Digest)))).Code);

        Sign(package, mallory);
        Assert.Equal("unknown-signer", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(package))).Code);

        Sign(package, alice);
        var receipt = await client.UploadAsync(package);
        var job = await client.SubmitAsync(Request(receipt.Digest));
        Assert.Equal("succeeded", (await client.WaitAsync(job.Id)).Phase);

        using (var archive = ZipFile.Open(package, ZipArchiveMode.Update)) archive.CreateEntry("more.dll");
        Assert.Equal("bad-signature", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(package))).Code);
    }

    [Fact]
    public async Task A_node_unpacks_nothing_that_is_not_signed_whatever_another_has_taken()
    {
        await using var cluster = await MiniCluster.StartAsync(0, Path.Combine(folder, "cluster"), TestProgram.Settings);
        await cluster.AddAsync(more: "mapreduce.node.roles = [master]");
        await cluster.AddAsync(more: $"mapreduce.node.roles = [worker]\n{Only(Signer("alice"))}");
        using var client = new MapReduceClient([new Uri(cluster.Nodes["node-1"].Settings.HttpAddress)], cluster.Token, patience: Patience.Limit);
        var receipt = await client.UploadAsync(Repository.Pack("WordCount", folder));
        var job = await client.SubmitAsync(Request(receipt.Digest));
        var ended = await client.WaitAsync(job.Id);
        Assert.Equal("Definition", ended.Failure?.Reason);
        Assert.Contains("The package is not signed", ended.Failure!.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "cluster", "node-2", "packages", receipt.Digest)));
    }

    private SubmitRequest Request(string package)
    {
        var input = Path.Combine(folder, "in.txt");
        File.WriteAllText(input, "one word");
        return new SubmitRequest { Package = package, Assembly = "WordCount.dll", Inputs = [input], Output = Path.Combine(folder, "out") };
    }

    private (string Certificate, string Key) Signer(string name) => signers.Issue(name, ["localhost"]);

    private static string Only((string Certificate, string Key) signer) => $"mapreduce.packages.signers = [\"{signer.Certificate}\"]";

    private static void Sign(string package, (string Certificate, string Key) signer)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(signer.Certificate, signer.Key);
        var signature = PackageSignature.Sign(package, certificate);
        using var archive = ZipFile.Open(package, ZipArchiveMode.Update);
        archive.GetEntry(PackageSignature.FileName)?.Delete();
        using var entry = new StreamWriter(archive.CreateEntry(PackageSignature.FileName).Open());
        entry.Write(signature);
    }
}
