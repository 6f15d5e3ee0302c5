using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Engine.Shuffle;

/// <summary>Encrypts and decrypts the blocks of one segment file. One instance serves one thread.</summary>
/// <remarks>
/// Each file has a key of its own, made from the key of the job, random bytes in its header and its name, which says whose it is: so the number of a block may be its nonce, and a file is good under
/// its own name only. A block is good in its own segment only, behind the blocks that were before it there, and with the header that it was written with.
/// </remarks>
internal sealed class BlockCipher : IDisposable
{
    /// <summary>What the header of a file has for its key: random bytes, and a proof of the key.</summary>
    public const int HeaderLength = SaltLength + TagLength;

    /// <summary>How much longer a block is than what is in it.</summary>
    public const int TagLength = 16;

    private const int SaltLength = 32;
    private const int NonceLength = 12;

    // No block is of this segment.
    private const int SegmentOfProof = -1;

    private readonly AesGcm cipher;

    private BlockCipher(DataKey key, ReadOnlySpan<byte> salt, string path)
    {
        Span<byte> own = stackalloc byte[DataKey.Length];
        key.Derive(salt, Encoding.UTF8.GetBytes($"MapReduce segment file\0{Path.GetFileName(path)}"), own);
        cipher = new AesGcm(own, TagLength);
        CryptographicOperations.ZeroMemory(own);
    }

    /// <summary>For a file that is to be written.</summary>
    /// <param name="key">The job's key.</param>
    /// <param name="path">The file.</param>
    /// <param name="header">What its header has for this.</param>
    public static BlockCipher OfNew(DataKey key, string path, Span<byte> header)
    {
        RandomNumberGenerator.Fill(header[..SaltLength]);
        var made = new BlockCipher(key, header[..SaltLength], path);
        made.Encrypt(SegmentOfProof, 0, [], [], header[SaltLength..]);
        return made;
    }

    /// <summary>For a file that is there; null where it was written with another key, or under another name.</summary>
    /// <param name="key">The job's key.</param>
    /// <param name="path">The file.</param>
    /// <param name="header">What its header has for this.</param>
    public static BlockCipher? Of(DataKey key, string path, ReadOnlySpan<byte> header)
    {
        var made = new BlockCipher(key, header[..SaltLength], path);
        if (made.TryDecrypt(SegmentOfProof, 0, [], header[SaltLength..], [])) return made;
        made.Dispose();
        return null;
    }

    /// <summary>Encrypts a block.</summary>
    /// <param name="segment">Its segment.</param>
    /// <param name="number">How many blocks are before it in that.</param>
    /// <param name="header">What else must be as it is now when it is decrypted.</param>
    /// <param name="plain">What is in it.</param>
    /// <param name="target">Takes that and the tag, <see cref="TagLength"/> bytes more.</param>
    public void Encrypt(int segment, int number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plain, Span<byte> target)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, segment, number);
        cipher.Encrypt(nonce, plain, target[..plain.Length], target[plain.Length..], header);
    }

    /// <summary>Decrypts a block.</summary>
    /// <returns>Whether it is what was encrypted, in its place.</returns>
    public bool TryDecrypt(int segment, int number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, segment, number);
        try
        {
            cipher.Decrypt(nonce, stored[..plain.Length], stored[plain.Length..], plain, header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => cipher.Dispose();

    private static void WriteNonce(Span<byte> nonce, int segment, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(nonce, segment);
        BinaryPrimitives.WriteInt64LittleEndian(nonce[sizeof(int)..], number);
    }
}
