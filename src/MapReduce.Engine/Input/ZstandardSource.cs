namespace MapReduce.Engine.Input;

/// <summary>Decompresses a Zstandard file, frame after frame; skippable frames hold nothing.</summary>
internal sealed class ZstandardSource(string path) : IByteSource
{
    private readonly ZstdSharp.DecompressionStream stream = new(new FileStream(EngineFiles.Open(path), FileAccess.Read, 1 << 16), leaveOpen: false);

    public string Path => path;

    public long Position { get; private set; }

    public int Read(Span<byte> target)
    {
        try
        {
            var total = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            Position += total;
            return total;
        }
        catch (Exception exception) when (exception is IOException or ZstdSharp.ZstdException)
        {
            throw ByteSources.Damaged(path, exception.Message, Position, exception);
        }
    }

    public void Dispose() => stream.Dispose();
}
