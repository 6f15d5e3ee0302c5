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
}
