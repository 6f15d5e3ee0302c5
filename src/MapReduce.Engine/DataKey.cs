using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MapReduce.Engine;

/// <summary>The key by which the intermediate data of one job is encrypted on disks: 256 random bits.</summary>
public sealed class DataKey
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 32;

    private readonly byte[] bytes;

    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="ArgumentException">There are more or fewer than <see cref="Length"/>.</exception>
    public DataKey(ReadOnlySpan<byte> bytes)
        => this.bytes = bytes.Length == Length ? bytes.ToArray() : throw new ArgumentException($"A key has {Length} bytes, and not {bytes.Length}.", nameof(bytes));

    /// <summary>A key that nobody else has.</summary>
    public static DataKey Random() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Its bytes, for whoever has to pass it on.</summary>
    public ReadOnlyMemory<byte> Reveal() => bytes;

    /// <summary>A number that stands for another, the same for the same, by which those without the key cannot tell whether a guess at it is right.</summary>
    internal ulong Hide(ulong number)
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        Span<byte> hidden = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(salt, number);
        Derive(salt, "MapReduce fingerprint"u8, hidden);
        return BinaryPrimitives.ReadUInt64LittleEndian(hidden);
    }

    /// <summary>Makes a key from it for one use only.</summary>
    /// <param name="salt">What distinguishes things of that use.</param>
    /// <param name="use">The use.</param>
    /// <param name="derived">The key.</param>
    internal void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> use, Span<byte> derived) => HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, derived, salt, use);
}
