using System.IO.Compression;
using System.Text;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

public sealed class PartsTests
{
    [Fact]
    public void A_compressed_part_without_rows_is_a_compressed_file_of_nothing()
    {
        var result = InlineJob.Run(job =>
        {
            Ones(job).WriteText(job.OutputNamed("gzip").Compressed(OutputCompression.Gzip));
            Ones(job).WriteText(job.OutputNamed("zstandard").Compressed(OutputCompression.Zstandard));
        }, new());
        var gzip = Files("gzip");
        Assert.Equal(3, gzip.Count);
        Assert.All(gzip, part => Assert.Equal([0x1F, 0x8B, 8], part[..3]));
        Assert.Equal(["", "", "key\t1\n"], gzip.Select(part => new StreamReader(new GZipStream(new MemoryStream(part), CompressionMode.Decompress)).ReadToEnd()).Order());
        var zstandard = Files("zstandard");
        Assert.Equal(3, zstandard.Count);
        Assert.Equal(["", "", "key\t1\n"], zstandard.Select(part => Encoding.ASCII.GetString(new ZstdSharp.Decompressor().Unwrap(part))).Order());

        List<byte[]> Files(string name) => [.. result.Files.Where(file => file.Key.StartsWith($"{name}/part-", StringComparison.Ordinal)).Select(file => file.Value)];

        static Dataset<string, long> Ones(JobBuilder job) => job.ReadNumbers(1, 1).Map((long _, IEmitter<string, long> output) => output.Emit("key", 1)).Partitions(3).Aggregate(Sum.Of<long>());
    }

    [Fact]
    public void Compressed_parts_without_rows_can_be_read_again()
    {
        var result = new JobTest { Inputs = [new("a.gz", Empty()), new("b", "line\n")] }.Execute(() => new InlineJob(
            job => job.ReadFiles(job.Inputs).Map((WholeFile file, IEmitter<string, long> output) => output.Emit(TaskContext.Current.FileName, file.Bytes.Length)).WriteText(job.Output)));
        Assert.Equal(["a.gz\t0", "b\t5"], result.Rows);

        static byte[] Empty() => InlineJob.Run(
            job => job.ReadNumbers(0, 1).Map((long number, IEmitter<long, long> output) => output.Emit(number, 1)).Partitions(1).Sort().WriteText(job.OutputNamed("x").Compressed(OutputCompression.Gzip)), new()).Files["x/part-00000.gz"];
    }
}
