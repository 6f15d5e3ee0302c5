using System.Buffers.Binary;
using System.Collections;
using System.Security.Cryptography;

namespace MapReduce.Sdk;

/// <summary>Values that are read again and again: in memory up to a bound, beyond it in a temporary file of the task.</summary>
/// <remarks>Each value in the file stands behind its length, encrypted with a key that nobody else has, because the job's data may have to be, and this knows nothing of that; a tag of 16 bytes follows.</remarks>
internal sealed class ReplayBuffer : IEnumerable<byte[]>, IDisposable
{
    private const long MostInMemory = 16 << 20;
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly List<byte[]> inMemory = [];
    private long held;
    private FileStream? file;
    private AesGcm? cipher;

    /// <summary>The number of values.</summary>
    public long Count { get; private set; }

    public void Add(byte[] value)
    {
        Count++;
        if (file is null && (held += value.Length + 32) <= MostInMemory)
        {
            inMemory.Add(value);
            return;
        }
        file ??= new FileStream(Path.Combine(TaskContext.Current.ScratchFolder, $"join-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 64 << 10, FileOptions.DeleteOnClose);
        cipher ??= new AesGcm(RandomNumberGenerator.GetBytes(KeyLength), TagLength);
        Span<byte> length = stackalloc byte[sizeof(int)];
        Span<byte> tag = stackalloc byte[TagLength];
        var encrypted = new byte[value.Length];
        BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        cipher.Encrypt(Nonce(Count - 1), value, encrypted, tag);
        file.Write(length);
        file.Write(encrypted);
        file.Write(tag);
    }

    public IEnumerator<byte[]> GetEnumerator()
    {
        foreach (var value in inMemory) yield return value;
        if (file is null) yield break;
        var length = new byte[sizeof(int)];
        var tag = new byte[TagLength];
        // Nothing is added any more once reading has begun: all left values precede the right ones.
        file.Seek(0, SeekOrigin.Begin);
        for (long number = inMemory.Count; number < Count; number++)
        {
            file.ReadExactly(length);
            var value = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
            file.ReadExactly(value);
            file.ReadExactly(tag);
            cipher!.Decrypt(Nonce(number), value, tag, value);
            yield return value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        file?.Dispose();
        cipher?.Dispose();
    }

    private static byte[] Nonce(long number)
    {
        var nonce = new byte[NonceLength];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, number);
        return nonce;
    }
}
