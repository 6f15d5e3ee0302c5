using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MapReduce.Worker.Blobs;

/// <summary>A file of a package by which a signer vouches for all others.</summary>
/// <remarks>
/// Three lines: what this is, the SHA-256 fingerprint of the signer's certificate and its subject, and the signature in Base64: ECDSA over <see cref="PackageContent.Digest"/>, in DER.
/// Since it lies in the package it is wherever the package is, and whoever unpacks that can hold it against what he unpacks.
/// </remarks>
/// <param name="Fingerprint">The fingerprint of the certificate of whoever is said to have signed, in hexadecimal.</param>
/// <param name="Subject">The name in it. Nobody has checked it.</param>
/// <param name="Bytes">The signature.</param>
public sealed record PackageSignature(string Fingerprint, string Subject, byte[] Bytes)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "package.signature";

    private const string Title = "MapReduce package signature 1";
    private const int MostBytes = 4 << 10;
    private const int MostShown = 100;

    /// <summary>Signs a package.</summary>
    /// <param name="archive">The package; a signature that it has already does not matter.</param>
    /// <param name="signer">The signer's certificate, with a private key of an elliptic curve.</param>
    /// <returns>The content of the file <see cref="FileName"/>.</returns>
    public static string Sign(string archive, X509Certificate2 signer)
    {
        using var zip = ZipFile.OpenRead(archive);
        using var key = signer.GetECDsaPrivateKey() ?? throw new CryptographicException("the key is none of an elliptic curve.");
        var signature = key.SignHash(PackageContent.Digest(zip, long.MaxValue), DSASignatureFormat.Rfc3279DerSequence);
        return $"{Title}\n{FingerprintOf(signer)} {signer.Subject}\n{Convert.ToBase64String(signature)}\n";
    }

    /// <summary>What signatures call a certificate by.</summary>
    internal static string FingerprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>The signature of a package; null where it has none.</summary>
    /// <exception cref="BlobException">It has a file of that name that is none.</exception>
    internal static PackageSignature? Find(ZipArchive archive)
    {
        if (archive.GetEntry(FileName) is not { } entry) return null;
        var buffer = new byte[MostBytes];
        using var content = entry.Open();
        var text = Encoding.UTF8.GetString(buffer, 0, content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        if (text.Split('\n') is not [Title, var signer, var signature, ..]) throw BlobException.BadSignature();
        var (fingerprint, subject) = signer.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? (signer[..at], signer[(at + 1)..]) : (signer, "");
        var bytes = new byte[MostBytes];
        if (!Convert.TryFromBase64String(signature, bytes, out var length)) throw BlobException.BadSignature();
        return new PackageSignature(Short(fingerprint), Short(subject), bytes[..length]);
    }

    private static string Short(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}…";
}
