using System.Text.Json;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What a user can get wrong is told in a sentence, with an exit code and the next step.</summary>
public sealed class MistakesTests : IClassFixture<MistakesTests.Shared>, IDisposable
{
    private readonly Shared shared;
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public MistakesTests(Shared shared) => this.shared = shared;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(6, "mr cluster up", "jobs", "--cluster", "{folder}")]
    [InlineData(6, "mr cluster up", "cluster", "status", "--cluster", "{folder}")]
    [InlineData(2, "more than half", "cluster", "up", "--nodes", "2", "--folder", "{folder}")]
    [InlineData(2, "more than half", "run", "{WordCount}", "--nodes", "2", "-i", "{folder}", "-o", "{folder}/out")]
    [InlineData(6, "up already", "cluster", "up", "--folder", "{cluster}")]
    [InlineData(2, "the cluster has 1, 2, 3", "cluster", "kill", "9", "--cluster", "{cluster}")]
    [InlineData(2, "There is no job 'nothing'", "job", "show", "nothing", "--cluster", "{cluster}")]
    [InlineData(2, "mr nodes", "node", "drain", "node-9", "--cluster", "{cluster}")]
    [InlineData(6, "mapreduce.worker.slotz", "node", "start", "--config", "{slip}")]
    [InlineData(6, "no configuration file", "node", "start", "--config", "{folder}/none.conf")]
    [InlineData(6, "newer program", "cluster", "status", "--cluster", "{newer}")]
    [InlineData(2, "There are up, status, kill, add and down", "cluster", "upp")]
    [InlineData(6, "No node of the cluster answers", "nodes", "--address", "http://127.0.0.1:1", "--token-file", "{token}")]
    [InlineData(6, "has no token", "nodes", "--address", "{http}", "--token-file", "{wrong}")]
    [InlineData(3, "/nowhere/at/all", "submit", "{WordCount}", "--cluster", "{cluster}", "-i", "/nowhere/at/all", "-o", "{folder}/out", "-q")]
    public void A_mistake_is_told_with_the_next_step(int code, string words, params string[] arguments)
    {
        var (got, output, error) = Mr.Run(arguments.Select(Fill));
        Assert.True(code == got, $"{got}: {output}{error}");
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_of_every_kind_speaks_json()
    {
        foreach (var command in (string[][])[["nodes"], ["jobs"], ["cluster", "status"]])
        {
            var (code, output, error) = Mr.Run([.. command, "--cluster", shared.Cluster.State, "--json"]);
            Assert.True(code == 0, error);
            using var document = JsonDocument.Parse(output);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    [Fact]
    public void A_run_with_nodes_gives_the_bytes_of_a_run_in_one_process_and_leaves_nothing()
    {
        var text = Path.Combine(folder, "text");
        Assert.Equal(0, Mr.Run("generate", "text", "--size", "300KB", "--output", text).Code);
        foreach (var (output, nodes) in ((string, string[])[])[("local", []), ("cluster", ["--nodes", "3"])])
        {
            var (code, _, error) = Mr.Run(["run", Mr.Job("WordCount"), "-q", "-i", text, "-o", Path.Combine(folder, output), "--split", "50000", "--partitions", "3", .. nodes, "--", "--sorted"]);
            Assert.True(code == 0, error);
        }
        foreach (var part in Directory.GetFiles(Path.Combine(folder, "local"), "part-*"))
            Assert.Equal(File.ReadAllBytes(part), File.ReadAllBytes(Path.Combine(folder, "cluster", Path.GetFileName(part))));
        Assert.Equal(["cluster", "local", "text"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private string Fill(string argument) => argument
        .Replace("{folder}", folder, StringComparison.Ordinal)
        .Replace("{cluster}", shared.Cluster.State, StringComparison.Ordinal)
        .Replace("{http}", shared.Http, StringComparison.Ordinal)
        .Replace("{WordCount}", Mr.Job("WordCount"), StringComparison.Ordinal)
        .Replace("{token}", Path.Combine(shared.Cluster.State, "token"), StringComparison.Ordinal)
        .Replace("{wrong}", Made("wrong", new string('x', 32)), StringComparison.Ordinal)
        .Replace("{slip}", Made("slip.conf", "mapreduce.worker.slotz = 3"), StringComparison.Ordinal)
        .Replace("{newer}", Path.GetDirectoryName(Made("newer/cluster.json", """{"version":99,"nodes":[]}"""))!, StringComparison.Ordinal);

    private string Made(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A cluster that all of these tests use and none harms.</summary>
    public sealed class Shared : IDisposable
    {
        internal RealCluster Cluster { get; } = new();

        internal string Http => JsonDocument.Parse(Mr.Run("cluster", "status", "--cluster", Cluster.State, "--json").Output).RootElement.GetProperty("nodes")[0].GetProperty("http").GetString()!;

        public void Dispose() => Cluster.Dispose();
    }
}
