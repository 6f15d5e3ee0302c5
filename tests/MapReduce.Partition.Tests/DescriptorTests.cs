using System.Globalization;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>A node that may open few files.</summary>
public sealed class DescriptorTests
{
    private const int Few = 350;

    [NetworkFact]
    public async Task A_node_whose_descriptors_run_out_lives_on_or_ends_with_the_reason_and_the_others_do_its_work()
    {
        using var cluster = new NetworkCluster(3, new Dictionary<int, string> { [3] = $"ulimit -n {Few};" });
        await cluster.AwaitMembersAsync(3);
        File.WriteAllText(cluster["text"], string.Concat(Enumerable.Range(0, 20_000).Select(line => $"word{line % 100} and line\n")));
        // A node that has been at work has loaded what it works with: what it lacks from here on are descriptors for its work.
        Assert.Equal(0, Mr.Run(["submit", Mr.Job("WordCount"), "-q", .. cluster.Arguments, "--input", cluster["text"], "--output", cluster["before"], "--split", "20000", "--partitions", "3"]).Code);
        using var hoard = new Hoard();
        // Connections that ask for nothing take the node's descriptors, one each, until it has none left.
        await hoard.FillAsync(cluster.Network.AddressOf(3), 4600, Few);
        var (code, _, error) = Mr.Run(["submit", Mr.Job("WordCount"), "-q", .. cluster.Arguments, "--input", cluster["text"], "--output", cluster["out"], "--split", "20000", "--partitions", "3"]);
        Assert.True(code == 0, error);
        var counts = Directory.GetFiles(cluster["out"], "part-*").SelectMany(File.ReadAllLines).Sum(line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture));
        Assert.Equal(3 * 20_000, counts);
        hoard.Dispose();
        // It recovers when it has descriptors again, or is gone.
        await RealCluster.UntilAsync(async () => !cluster.IsAlive(3) || await cluster.IsReadyAsync(3));
        if (cluster.IsAlive(3))
        {
            await cluster.AwaitMembersAsync(3);
        }
        else
        {
            var log = cluster.LogOf(3);
            // The runtime itself ends with the latter where it has no descriptor for the memory of code that it compiles.
            Assert.True(log.Contains("Too many open files", StringComparison.Ordinal) || log.EndsWith("Out of memory.\n", StringComparison.Ordinal), log.Length > 3000 ? log[^3000..] : log);
        }
    }

    /// <summary>Connections that are held open.</summary>
    private sealed class Hoard : IDisposable
    {
        private readonly List<System.Net.Sockets.Socket> sockets = [];

        public async Task FillAsync(string host, int port, int most)
        {
            for (var i = 0; i < most; i++)
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                sockets.Add(socket);
                try
                {
                    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                    await socket.ConnectAsync(host, port, patience.Token);
                }
                catch (Exception exception) when (exception is System.Net.Sockets.SocketException or OperationCanceledException)
                {
                    // The node takes no more.
                    return;
                }
            }
        }

        public void Dispose()
        {
            sockets.ForEach(socket => socket.Dispose());
            sockets.Clear();
        }
    }
}
