using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Worker.Blobs;

namespace MapReduce.Node.Configuration;

/// <summary>The certificates of those whose packages a node takes.</summary>
internal static class SignerFiles
{
    private const string Key = "mapreduce.packages.signers";

    /// <exception cref="ConfigurationException">A file is not there, or no certificate by which a signature can be checked: it is never passed over.</exception>
    public static PackageSigners Read(IEnumerable<string> files) => new([.. files.Select(Read)]);

    private static X509Certificate2 Read(string file)
    {
        if (!File.Exists(file)) throw new ConfigurationException($"There is no certificate '{file}' ({Key}). Give the full path of a signer's certificate as a PEM file, or take it off the list.");
        try
        {
            var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            using var key = certificate.GetECDsaPublicKey();
            return key is not null ? certificate : throw new ConfigurationException($"The key of the certificate '{file}' ({Key}) is none of an elliptic curve, and packages are signed with such. Make another, as with openssl ecparam -name prime256v1.");
        }
        catch (CryptographicException exception)
        {
            throw new ConfigurationException($"The certificate '{file}' ({Key}) cannot be read: {exception.Message} Give a signer's certificate as a PEM file.", exception);
        }
    }
}
