using System.IO.Compression;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

public sealed class WholeFilesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64 << 20)]
    public void Each_file_is_a_record_empty_or_not_compressed_or_not(int splitBytes)
    {
        var result = new JobTest
        {
            Inputs = [new("a", ""), new("b", "two"), new("c", Packed("")), new("d", Packed("three")), new("e", "")],
            Settings = new() { SplitBytes = splitBytes },
        }.Execute(() => new InlineJob(Lengths));
        Assert.Equal(["a\t0", "b\t3", "c\t0", "d\t5", "e\t0"], result.Rows);
    }

    [Fact]
    public void Nothing_but_empty_files_is_an_input_as_well()
        => Assert.Equal(["a\t0", "b\t0"], new JobTest { Inputs = [new("a", ""), new("b", "")] }.Execute(() => new InlineJob(Lengths)).Rows);

    private static void Lengths(JobBuilder job)
        => job.ReadFiles(job.Inputs).Map((WholeFile file, IEmitter<string, long> output) => output.Emit(TaskContext.Current.FileName, file.Bytes.Length)).WriteText(job.Output);

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        // Of nothing, the platform's stream makes nothing: the member is given as gzip makes it.
        if (text.Length == 0) packed.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        else
            using (var packer = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) packer.Write(System.Text.Encoding.ASCII.GetBytes(text));
        return packed.ToArray();
    }
}
