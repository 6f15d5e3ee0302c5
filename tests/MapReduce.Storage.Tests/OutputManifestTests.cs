using System.Text;
using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class OutputManifestTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static OutputManifest Manifest => new("0123", "Test", [new OutputLayout("", false, ["text"])], [new ManifestFile("part-00000", 4, 1, new string('a', 32))], new Dictionary<string, long> { ["words"] = 7 });

    [Fact]
    public void A_manifest_comes_back_from_its_bytes()
    {
        var read = OutputManifest.Read(Written(Manifest.ToJson().ToArray()));
        Assert.Equal(("0123", "Test", 7), (read.Job, read.Name, read.Counters["words"]));
        Assert.Equal(Manifest.Files, read.Files);
    }

    [Fact]
    public void Whatever_bit_of_it_is_flipped_it_is_damaged()
    {
        var whole = Manifest.ToJson().ToArray();
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            var refused = Assert.Throws<StorageException>(() => OutputManifest.Read(Written(bytes)));
            Assert.Matches("is damaged|has version", refused.Message);
        }
    }

    [Fact]
    public void A_manifest_of_an_older_program_has_no_checksum_and_is_read()
    {
        var text = Encoding.UTF8.GetString(Manifest.ToJson().Span);
        var older = text[..text.LastIndexOf(',')] + "\n}";
        Assert.DoesNotContain("checksum", older, StringComparison.Ordinal);
        Assert.Equal(Manifest.Files, OutputManifest.Read(Written(Encoding.UTF8.GetBytes(older))).Files);
        // One that a newer program has extended, and whose checksum is gone, was changed by somebody.
        Assert.Contains("is damaged", Assert.Throws<StorageException>(() => OutputManifest.Read(Written(Encoding.UTF8.GetBytes(older.Insert(1, "\"more\": 1,"))))).Message, StringComparison.Ordinal);
    }

    private string Written(byte[] bytes)
    {
        File.WriteAllBytes(folder["manifest"], bytes);
        return folder["manifest"];
    }
}
