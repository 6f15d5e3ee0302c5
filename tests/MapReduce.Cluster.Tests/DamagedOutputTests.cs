using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>Somebody, or a disk, changes an output after it was published.</summary>
public sealed class DamagedOutputTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Whoever_reads_an_output_is_told_what_is_damaged()
    {
        var (text, output) = (Path.Combine(folder, "text"), Path.Combine(folder, "out"));
        File.WriteAllText(text, "a few words of a text\n");
        Assert.Equal(0, Mr.Run("run", Mr.Job("WordCount"), "-q", "--input", text, "--output", output).Code);
        var part = Path.Combine(output, "part-00000");
        var bytes = File.ReadAllBytes(part);

        File.WriteAllBytes(part, bytes[..^3]);
        AssertRefused(3, $"'{part}' is damaged: it has {bytes.Length - 3} bytes, and had {bytes.Length}");
        File.Delete(part);
        AssertRefused(3, $"'{part}' is missing");
        File.WriteAllBytes(part, bytes);
        var manifest = Path.Combine(output, "_manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest)[..^20]);
        AssertRefused(4, $"'{manifest}' is damaged");

        void AssertRefused(int code, string words)
        {
            var told = Mr.Run("cat", output);
            Assert.Equal((code, ""), (told.Code, told.Output));
            Assert.Contains(words, told.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flipped_byte_of_a_part_is_found_by_who_reads_and_by_who_validates()
    {
        var output = Written(Mr.Job("WordCount"), "--partitions", "3");
        var part = Directory.GetFiles(output, "part-*").First(file => new FileInfo(file).Length > 0);
        Assert.Equal(0, Mr.Run("cat", output).Code);
        var whole = Mr.Run("validate", "output", output);
        Assert.Equal(0, whole.Code);
        Assert.Contains("SUCCESS", whole.Output, StringComparison.Ordinal);
        Flip(part, new FileInfo(part).Length / 2);

        var read = Mr.Run("cat", output);
        Assert.Equal(3, read.Code);
        Assert.Contains($"'{part}' is damaged: it has other bytes than when the job wrote it", read.Error, StringComparison.Ordinal);
        var validated = Mr.Run("validate", "output", output);
        Assert.Equal(1, validated.Code);
        Assert.Contains($"DAMAGED: '{part}' has other bytes", validated.Output, StringComparison.Ordinal);
        Assert.Contains("ERROR: 1 of 3 files", validated.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_byte_of_a_compressed_part_is_found()
    {
        var output = Written(Mr.Job("MapReduce.TestJobs"), "--job", "CompressedLines");
        var part = Assert.Single(Directory.GetFiles(output, "part-*"));
        Assert.Equal(0, Mr.Run("cat", output).Code);
        Flip(part, new FileInfo(part).Length / 2);
        var read = Mr.Run("cat", output);
        Assert.Equal(3, read.Code);
        Assert.Contains($"'{part}' is damaged", read.Error, StringComparison.Ordinal);
    }

    private string Written(string job, params string[] more)
    {
        var (text, output) = (Path.Combine(folder, "text"), Path.Combine(folder, "out"));
        File.WriteAllText(text, "a few words of a text of words\n");
        Assert.Equal(0, Mr.Run(["run", job, "-q", "--input", text, "--output", output, .. more]).Code);
        return output;
    }

    private static void Flip(string path, long at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x01;
        File.WriteAllBytes(path, bytes);
    }
}
