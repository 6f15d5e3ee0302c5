using System.Security.Cryptography;

namespace MapReduce.Engine.Plan;

/// <summary>Encrypts the boundaries in a plan, which are keys of the input, and the pieces of stores, which are cut at such. The same always gives the same bytes under the same key, because a plan that is made again has to be the same: its nonce is made from it.</summary>
/// <remarks>12 bytes nonce, the encrypted boundary, 16 bytes tag.</remarks>
internal sealed class BoundarySeal : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] keyOfNonces = new byte[DataKey.Length];
    private readonly AesGcm cipher;

    public BoundarySeal(DataKey key)
    {
        Span<byte> own = stackalloc byte[DataKey.Length];
        key.Derive([], "MapReduce boundaries"u8, own);
        key.Derive([], "MapReduce nonces of boundaries"u8, keyOfNonces);
        cipher = new AesGcm(own, TagLength);
        CryptographicOperations.ZeroMemory(own);
    }

    /// <summary>Encrypts a boundary.</summary>
    public byte[] Close(ReadOnlySpan<byte> boundary)
    {
        var sealedBytes = new byte[NonceLength + boundary.Length + TagLength];
        HMACSHA256.HashData(keyOfNonces, boundary).AsSpan(0, NonceLength).CopyTo(sealedBytes);
        cipher.Encrypt(sealedBytes.AsSpan(0, NonceLength), boundary, sealedBytes.AsSpan(NonceLength, boundary.Length), sealedBytes.AsSpan(NonceLength + boundary.Length));
        return sealedBytes;
    }

    /// <summary>Decrypts a boundary.</summary>
    /// <exception cref="EngineException">It is not what was encrypted, or the key is another.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes)
    {
        var length = sealedBytes.Length - NonceLength - TagLength;
        if (length < 0) throw Wrong(null);
        var boundary = new byte[length];
        try
        {
            cipher.Decrypt(sealedBytes[..NonceLength], sealedBytes.Slice(NonceLength, length), sealedBytes[(NonceLength + length)..], boundary);
            return boundary;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw Wrong(exception);
        }
    }

    public void Dispose() => cipher.Dispose();

    private static EngineException Wrong(Exception? inner) => new(EngineError.CorruptData, "The boundaries in the plan were changed, or are encrypted with another key than this job's. It must be made again.", inner);
}
