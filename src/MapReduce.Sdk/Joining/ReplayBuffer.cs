using System.Buffers.Binary;
using System.Collections;

namespace MapReduce.Sdk;

/// <summary>Values that are read again and again: in memory up to a bound, beyond it in a temporary file of the task.</summary>
internal sealed class ReplayBuffer : IEnumerable<byte[]>, IDisposable
{
    private const long MostInMemory = 16 << 20;

    private readonly List<byte[]> inMemory = [];
    private long held;
    private FileStream? file;

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
        file ??= new FileStream(Path.Combine(TaskContext.Current.ScratchFolder, $"join-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 << 10, FileOptions.DeleteOnClose);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        file.Write(length);
        file.Write(value);
    }

    public IEnumerator<byte[]> GetEnumerator()
    {
        foreach (var value in inMemory) yield return value;
        if (file is null) yield break;
        var length = new byte[4];
        // Nothing is added any more once reading has begun: all left values precede the right ones.
        file.Seek(0, SeekOrigin.Begin);
        while (file.ReadAtLeast(length, 4, throwOnEndOfStream: false) == 4)
        {
            var value = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
            file.ReadExactly(value);
            yield return value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => file?.Dispose();
}
