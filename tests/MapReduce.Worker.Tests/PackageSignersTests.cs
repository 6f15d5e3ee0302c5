using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What a node that takes signed packages only makes of others.</summary>
public sealed class PackageSignersTests : IDisposable
{
    private const long MostContent = 1 << 20;

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-signers-").FullName;
    private readonly X509Certificate2 alice = Certificate("alice");
    private readonly X509Certificate2 mallory = Certificate("mallory");

    public void Dispose()
    {
        alice.Dispose();
        mallory.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_a_signer_has_signed_is_taken_however_it_is_packed()
    {
        var file = Signed(alice);
        Check(file);
        string[] turned = [.. Read(file).Keys.Reverse()];
        Check(Write(Read(file), turned, CompressionLevel.SmallestSize));
    }

    [Fact]
    public void What_nobody_has_signed_is_refused_and_taken_where_anybody_may_send_packages()
    {
        var file = Write(Content());
        AssertRefused(BlobError.Unsigned, file, "mr package sign");
        PackageArchive.Check(file, MostContent, PackageSigners.Anybody, Now);
    }

    [Fact]
    public void Another_signer_is_named_by_what_he_says_of_himself_and_by_the_fingerprint()
    {
        var error = AssertRefused(BlobError.UnknownSigner, Signed(mallory), "'CN=mallory'");
        Assert.Contains(mallory.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_only_says_that_he_is_a_signer_is_refused()
    {
        var content = Read(Signed(mallory));
        content[PackageSignature.FileName] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content[PackageSignature.FileName])
            .Replace(mallory.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), alice.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), StringComparison.Ordinal));
        AssertRefused(BlobError.BadSignature, Write(content), "Sign it again");
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("renamed")]
    [InlineData("moved into the name")]
    public void What_was_changed_after_it_was_signed_is_refused(string change)
    {
        var content = Read(Signed(alice));
        switch (change)
        {
            case "changed": content["Job.dll"][0] ^= 1; break;
            case "added": content["more.dll"] = [1]; break;
            case "removed": content.Remove("data/words.txt"); break;
            case "renamed": content["other.dll"] = content["Job.dll"]; content.Remove("Job.dll"); break;
            default: content["Job.dl"] = [.. "l"u8, .. content["Job.dll"]]; content.Remove("Job.dll"); break;
        }
        AssertRefused(BlobError.BadSignature, Write(content), "Sign it again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("MapReduce package signature 1\nALICE CN=alice\nno base64!\n")]
    [InlineData("MapReduce package signature 1\nALICE CN=alice\nAAAA\n")]
    public void A_signature_that_is_none_is_refused(string text)
    {
        var content = Content();
        content[PackageSignature.FileName] = Encoding.UTF8.GetBytes(text.Replace("ALICE", alice.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), StringComparison.Ordinal));
        AssertRefused(BlobError.BadSignature, Write(content), "Sign it again");
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(400)]
    public void A_new_package_needs_a_certificate_that_is_good_and_one_that_was_taken_does_not_lose_its_own(int days)
    {
        var file = Signed(alice);
        var error = Assert.Throws<BlobException>(() => PackageArchive.Check(file, MostContent, new PackageSigners([alice]), Now.AddDays(days)));
        Assert.Equal(BlobError.UnknownSigner, error.Error);
        Assert.Contains("by the clock of this node", error.Message, StringComparison.Ordinal);
        PackageArchive.Check(file, MostContent, new PackageSigners([alice]));
    }

    [Fact]
    public void More_content_than_a_package_may_have_is_not_read_for_its_signature()
    {
        var content = Content();
        content["zeros"] = new byte[MostContent];
        Assert.Equal(BlobError.TooLarge, Assert.Throws<BlobException>(() => PackageArchive.Check(Sign(Write(content), alice), MostContent, new PackageSigners([alice]), Now)).Error);
    }

    [Fact]
    public void Nothing_is_unpacked_that_is_not_signed_nor_used_that_was_unpacked_before()
    {
        var (packages, file) = (Path.Combine(folder, "packages"), Write(Content()));
        var store = new PackageStore(packages, MostContent, new PackageSigners([alice]));
        Assert.Equal(BlobError.Unsigned, Assert.Throws<BlobException>(() => store.Use("digest", file)).Error);
        Assert.False(Directory.Exists(packages));

        new PackageStore(packages, MostContent).Use("digest", file).Dispose();
        Assert.True(Directory.Exists(Path.Combine(packages, "digest")));
        Assert.Equal(BlobError.Unsigned, Assert.Throws<BlobException>(() => store.Use("digest", file)).Error);

        using var used = store.Use("signed", Signed(alice));
        Assert.True(File.Exists(Path.Combine(used.Folder, "Job.dll")));
    }

    private BlobException AssertRefused(BlobError expected, string file, string words)
    {
        var error = Assert.Throws<BlobException>(() => Check(file));
        Assert.Equal(expected, error.Error);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        return error;
    }

    private void Check(string file) => PackageArchive.Check(file, MostContent, new PackageSigners([alice]), Now);

    private string Signed(X509Certificate2 signer) => Sign(Write(Content()), signer);

    private string Sign(string file, X509Certificate2 signer)
    {
        var content = Read(file);
        content[PackageSignature.FileName] = Encoding.UTF8.GetBytes(PackageSignature.Sign(file, signer));
        return Write(content);
    }

    private static Dictionary<string, byte[]> Content() => new() { ["Job.dll"] = [.. "some code"u8], ["data/words.txt"] = [.. "some words"u8] };

    private string Write(Dictionary<string, byte[]> content) => Write(content, content.Keys, CompressionLevel.Fastest);

    private string Write(Dictionary<string, byte[]> content, IEnumerable<string> order, CompressionLevel level)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():n}.zip");
        using var archive = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var name in order)
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(content[name]);
        }
        return file;
    }

    private static Dictionary<string, byte[]> Read(string file)
    {
        using var archive = ZipFile.OpenRead(file);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var copy = new MemoryStream();
            using var content = entry.Open();
            content.CopyTo(copy);
            return copy.ToArray();
        });
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(365));
    }
}
