using System.Text;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>The left rows of a key in a join.</summary>
public sealed class ReplayBufferTests : IDisposable
{
    private const int Rows = 3000;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-sdk-").FullName;

    public ReplayBufferTests() => TaskContext.Enter(new Context(folder));

    public void Dispose()
    {
        TaskContext.Enter(null);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_does_not_fit_into_memory_comes_back_each_time_and_nobody_reads_it_in_the_file()
    {
        using (var buffer = new ReplayBuffer())
        {
            for (var row = 0; row < Rows; row++) buffer.Add(Row(row));
            for (var round = 0; round < 2; round++)
                Assert.All(buffer.Select((value, row) => (value, row)), read => Assert.Equal(Row(read.row), read.value));
            Assert.Equal(Rows, buffer.Count());
            using var file = new FileStream(Assert.Single(Directory.GetFiles(folder)), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            file.CopyTo(content);
            Assert.InRange(content.Length, 1 << 20, int.MaxValue);
            Assert.Equal(-1, content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf("marked"u8));
        }
        Assert.Empty(Directory.GetFiles(folder));
    }

    /// <summary>Rows of many lengths, 30 MB of them together, and one that is empty.</summary>
    private static byte[] Row(int row) => row == Rows - 1 ? [] : Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"marked{row} ", row % 2000)));

    private sealed class Context(string folder) : TaskContext
    {
        public override int Stage => 0;

        public override int Task => 0;

        public override int Attempt => 0;

        public override string FilePath => "";

        public override long Offset => -1;

        public override string ScratchFolder => folder;

        internal override void AddToCounter(int index, long amount)
        {
        }
    }
}
