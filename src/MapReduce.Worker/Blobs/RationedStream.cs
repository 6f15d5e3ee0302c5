namespace MapReduce.Worker.Blobs;

/// <summary>A stream of which no more than so many bytes may be read, until it is freed: what a reader takes into memory before anybody can look at it is bounded, whatever the bytes claim.</summary>
/// <param name="inner">The stream; it is disposed of with this one.</param>
/// <param name="ration">How many bytes may be read.</param>
/// <param name="spent">What is thrown where they are not enough.</param>
internal sealed class RationedStream(Stream inner, long ration, Func<Exception> spent) : Stream
{
    private long left = ration;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <summary>From now on everything may be read.</summary>
    public void Free() => left = long.MaxValue;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        left -= read;
        return left >= 0 ? read : throw spent();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
        // Nothing is ever written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
