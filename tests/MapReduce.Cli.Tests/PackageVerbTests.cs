using System.Security.Cryptography.X509Certificates;
using MapReduce.Cli.Jobs;
using MapReduce.Node.Security;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary><c>mr package sign</c>.</summary>
public sealed class PackageVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-sign-").FullName;
    private readonly string job;
    private readonly string assembly;
    private readonly (string Certificate, string Key) alice;

    public PackageVerbTests()
    {
        job = Directory.CreateDirectory(Path.Combine(folder, "job")).FullName;
        assembly = Path.Combine(job, "Job.dll");
        File.WriteAllText(assembly, "some code");
        alice = new ClusterAuthority(folder).Issue("alice", ["localhost"]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_submitted_after_it_was_signed_is_taken_and_what_was_changed_since_is_not_until_it_is_signed_again()
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(alice.Certificate);
        var signers = new PackageSigners([certificate]);
        Assert.Equal(ExitCode.Success, Sign());
        Check();
        File.AppendAllText(assembly, "more");
        Assert.Equal(BlobError.BadSignature, Assert.Throws<BlobException>(Check).Error);
        Assert.Equal(ExitCode.Success, Sign());
        Check();

        void Check()
        {
            var package = Package.Make(assembly);
            try
            {
                PackageArchive.Check(package, 1 << 20, signers);
            }
            finally
            {
                File.Delete(package);
            }
        }
    }

    [Fact]
    public void A_key_that_is_not_there_or_not_the_certificates_is_said_to_be_so()
    {
        Assert.Contains("There is no file", Refused(new PackageSignOptions { Job = assembly, Key = Path.Combine(folder, "bob.key") }), StringComparison.Ordinal);
        var bob = new ClusterAuthority(folder).Issue("bob", ["localhost"]);
        Assert.Contains("do not go together", Refused(new PackageSignOptions { Job = assembly, Key = alice.Key, Certificate = bob.Certificate }), StringComparison.Ordinal);
        Assert.Contains("mr package sign", Refused(new PackageSignOptions { Job = assembly }), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_key_that_others_may_read_is_refused()
    {
        File.SetUnixFileMode(alice.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Refused(new PackageSignOptions { Job = assembly, Key = alice.Key }), StringComparison.Ordinal);
    }

    private ExitCode Sign() => PackageVerb.Sign(new PackageSignOptions { Job = assembly, Key = alice.Key, Json = true });

    private static string Refused(PackageSignOptions options) => Assert.Throws<UserException>(() => PackageVerb.Sign(options)).Message;
}
