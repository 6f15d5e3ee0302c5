using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CommandLine;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Storage;
using MapReduce.Worker.Blobs;

namespace MapReduce.Cli.Jobs;

/// <summary>The options of <c>mr package sign</c>.</summary>
internal sealed class PackageSignOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: a .dll, or a project folder, which is built first.")]
    public string? Job { get; set; }

    [Option("key", HelpText = "The PEM file of the signer's private key, one of an elliptic curve, which nobody else may read.")]
    public string? Key { get; set; }

    [Option("certificate", HelpText = "The PEM file of the signer's certificate. Default: what lies beside the key, with its name and .pem.")]
    public string? Certificate { get; set; }

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}

/// <summary><c>mr package sign</c>: vouches for all that is submitted with a job, in a file beside its assembly.</summary>
internal static class PackageVerb
{
    public static ExitCode Sign(PackageSignOptions options)
    {
        if (options.Job is not { } job || options.Key is not { } key) throw new UserException(ExitCode.Usage, "Which job, and with which key? mr package sign jobs/WordCount --key alice.key --certificate alice.pem.");
        using var signer = Signer(options.Certificate ?? Path.ChangeExtension(key, ".pem"), key);
        var assembly = JobProject.Assembly(job, options.Json);
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(assembly))!, PackageSignature.FileName);
        if (LocalPath.IsInside(Path.GetFullPath(key), Path.GetDirectoryName(file)!)) throw new UserException(ExitCode.Job, $"The key '{key}' lies where all that is submitted with the job does, and would go along. Keep it elsewhere.");
        var archive = Package.Make(assembly);
        try
        {
            File.WriteAllText(file, PackageSignature.Sign(archive, signer));
        }
        finally
        {
            File.Delete(archive);
        }
        if (options.Json) Output.Json(new JsonObject { ["assembly"] = Path.GetFullPath(assembly), ["signature"] = file, ["signer"] = signer.Subject });
        else Console.WriteLine($"{signer.Subject} has signed {Path.GetFileName(assembly)} and all that lies beside it, in {file}. What is built or changed from now on needs another signature.");
        return ExitCode.Success;
    }

    private static X509Certificate2 Signer(string certificate, string key)
    {
        foreach (var file in (string[])[key, certificate])
            if (!File.Exists(file)) throw new UserException(ExitCode.Job, $"There is no file '{file}'. Name the signer's key with --key, and the certificate with --certificate.");
        try
        {
            PrivateFiles.Require(key, "key");
            var signer = X509Certificate2.CreateFromPemFile(certificate, key);
            using var usable = signer.GetECDsaPrivateKey();
            return usable is not null ? signer : throw new UserException(ExitCode.Job, $"The key '{key}' is none of an elliptic curve, and packages are signed with such. Make another, as with openssl ecparam -name prime256v1.");
        }
        catch (ConfigurationException exception)
        {
            throw new UserException(ExitCode.Job, exception.Message);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new UserException(ExitCode.Job, $"The key '{key}' and the certificate '{certificate}' do not go together, or one cannot be read: {exception.Message}");
        }
    }
}
