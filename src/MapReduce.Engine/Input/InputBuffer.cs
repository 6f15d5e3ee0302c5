using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Input;

/// <summary>A sliding window over a file's (decompressed) bytes that grows for long records.</summary>
internal sealed unsafe class InputBuffer : IDisposable
{
    /// <summary>The longest record in bytes.</summary>
    public const int MaxRecord = 0x7FFF_FF00 / 2;

    private readonly IByteSource source;
    private readonly ReadContext context;
    private NativeBuffer memory;
    private long bufferStart;

    public InputBuffer(IByteSource source, ReadContext context, long offset)
    {
        this.source = source;
        this.context = context;
        memory = new NativeBuffer(context.BufferLength);
        bufferStart = offset;
        Next = End = memory.Start;
    }

    /// <summary>The next byte to take.</summary>
    public byte* Next { get; set; }

    /// <summary>The end of the bytes that are there.</summary>
    public byte* End { get; private set; }

    /// <summary>Whether the source has no more bytes.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>The offset of <see cref="Next"/> in the file.</summary>
    public long Offset => bufferStart + (Next - memory.Start);

    /// <summary>The offset of the byte at <paramref name="address"/>.</summary>
    public long OffsetOf(byte* address) => bufferStart + (address - memory.Start);

    /// <summary>Moves what is left to the front, makes room if there is none, and reads on.</summary>
    /// <returns>Whether bytes were added.</returns>
    public bool Fill()
    {
        if (AtEnd) return false;
        context.Cancellation.ThrowIfCancellationRequested();
        var left = (int)(End - Next);
        if (left > memory.Length / 2) Grow(left);
        else if (left > 0) Buffer.MemoryCopy(Next, memory.Start, memory.Length, left);
        bufferStart = source.Position - left;
        Next = memory.Start;
        End = Next + left;
        var read = source.Read(new Span<byte>(End, (int)(memory.Length - left)));
        if (read == 0)
        {
            AtEnd = true;
            return false;
        }
        End += read;
        context.Progress?.Invoke(read);
        return true;
    }

    public void Dispose() => memory.Dispose();

    private void Grow(int left)
    {
        if (left >= MaxRecord)
            throw new EngineException(EngineError.BadInput, $"A record of '{source.Path}' at offset {Offset} is longer than {MaxRecord} bytes, the longest that can be read. Is this the right input format?");
        var larger = new NativeBuffer(Math.Min(MaxRecord + 1L, memory.Length * 2));
        Buffer.MemoryCopy(Next, larger.Start, larger.Length, left);
        memory.Dispose();
        memory = larger;
    }
}

/// <summary>The bytes of one input, decompressed, read front to back.</summary>
internal interface IByteSource : IDisposable
{
    /// <summary>The path of the file.</summary>
    string Path { get; }

    /// <summary>The offset of the next byte that is read.</summary>
    long Position { get; }

    /// <summary>Reads some bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    int Read(Span<byte> target);
}
