using MapReduce.Engine;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Keys for the data of jobs, which each node makes for itself.</summary>
public sealed class JobKeysTests
{
    [Fact]
    public void All_nodes_with_the_secret_have_the_key_and_no_two_jobs_have_the_same()
    {
        var (accepting, other) = (new JobKeys("a secret of the cluster", encrypts: true), new JobKeys("a secret of the cluster", encrypts: false));
        var (first, second) = (accepting.New("first"), accepting.New("second"));
        Assert.Equal(Bytes(accepting.Of("first", first)), Bytes(other.Of("first", first)));
        Assert.NotEqual(Bytes(accepting.Of("first", first)), Bytes(accepting.Of("second", second)));
        Assert.NotEqual(Bytes(accepting.Of("first", first)), Bytes(accepting.Of("first", accepting.New("first"))));
    }

    [Fact]
    public void A_node_with_another_secret_says_so_and_what_the_order_says_holds_for_its_job_only()
    {
        var keys = new JobKeys("a secret of the cluster", encrypts: true);
        var protection = keys.New("job");
        var error = Assert.Throws<EngineException>(() => new JobKeys("another secret", encrypts: true).Of("job", protection));
        Assert.Equal(EngineError.Storage, error.Error);
        Assert.Contains("mapreduce.storage.key-file", error.Message, StringComparison.Ordinal);
        Assert.Throws<EngineException>(() => keys.Of("another job", protection));
    }

    [Fact]
    public void Without_the_setting_there_are_no_keys()
    {
        var keys = new JobKeys("a secret of the cluster", encrypts: false);
        Assert.Null(keys.New("job"));
        Assert.Null(keys.Of("job", null));
    }

    [Fact]
    public void What_an_order_says_is_not_the_key()
    {
        var keys = new JobKeys("a secret of the cluster", encrypts: true);
        var protection = keys.New("job")!;
        var bytes = protection.Salt.Concat(protection.Proof).ToArray();
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Bytes(keys.Of("job", protection)).AsSpan(0, 8)));
    }

    private static byte[] Bytes(DataKey? key) => key!.Reveal().ToArray();
}
