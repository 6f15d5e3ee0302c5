using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MapReduce.Worker.Blobs;

/// <summary>Whose packages a node takes: those of anybody, or only what one of some signers has signed.</summary>
public sealed class PackageSigners
{
    private readonly Dictionary<string, X509Certificate2> known = [];

    /// <param name="certificates">The certificates of the signers, with public keys of elliptic curves; none for anybody.</param>
    public PackageSigners(IEnumerable<X509Certificate2> certificates)
    {
        foreach (var certificate in certificates) known[PackageSignature.FingerprintOf(certificate)] = certificate;
    }

    /// <summary>Packages need no signature.</summary>
    public static PackageSigners Anybody { get; } = new([]);

    /// <summary>Whether packages need no signature.</summary>
    public bool AreAnybody => known.Count == 0;

    /// <summary>Refuses a package that none of the signers vouches for as it is.</summary>
    /// <param name="archive">The package.</param>
    /// <param name="mostContentBytes">The most bytes of its content.</param>
    /// <param name="now">The time, at which the certificate must be good; null for a package that was taken when it was.</param>
    /// <exception cref="BlobException">Nobody has signed it, or nobody of them, or it was changed since.</exception>
    internal void Check(ZipArchive archive, long mostContentBytes, DateTimeOffset? now)
    {
        if (AreAnybody) return;
        var signature = PackageSignature.Find(archive) ?? throw new BlobException(BlobError.Unsigned, "The package is not signed, and this cluster takes signed packages only. Have it signed by one whom mapreduce.packages.signers names, with mr package sign, and submit it again.");
        if (!known.TryGetValue(signature.Fingerprint, out var signer))
            throw new BlobException(BlobError.UnknownSigner, $"The package is signed by '{signature.Subject}', whose certificate with the fingerprint {signature.Fingerprint} this cluster does not know. Have it signed by one whom mapreduce.packages.signers names, or add that certificate there, on every node.");
        if (now is { } time) CheckTerm(signer, time);
        using var key = signer.GetECDsaPublicKey()!;
        if (!key.VerifyHash(PackageContent.Digest(archive, mostContentBytes), signature.Bytes, DSASignatureFormat.Rfc3279DerSequence)) throw BlobException.BadSignature();
    }

    private static void CheckTerm(X509Certificate2 signer, DateTimeOffset now)
    {
        DateTimeOffset begin = signer.NotBefore, end = signer.NotAfter;
        if (now < begin || now > end)
            throw new BlobException(BlobError.UnknownSigner, string.Create(CultureInfo.InvariantCulture, $"The package is signed by '{signer.Subject}', whose certificate is good from {begin.UtcDateTime:u} to {end.UtcDateTime:u}, and by the clock of this node it is {now.UtcDateTime:u}. Have it signed with a certificate that is good, or set that clock."));
    }
}
