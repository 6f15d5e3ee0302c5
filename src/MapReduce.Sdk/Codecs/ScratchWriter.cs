namespace MapReduce.Sdk;

/// <summary>Lends buffers for the parts of composite values. Codecs serve many threads and nest, so they keep no buffer of their own.</summary>
internal static class ScratchWriter
{
    [ThreadStatic]
    private static Stack<ByteWriter>? free;

    /// <summary>Lends an empty buffer until the result is disposed of.</summary>
    public static Rental Rent(out ByteWriter writer)
    {
        free ??= new Stack<ByteWriter>();
        if (!free.TryPop(out writer!)) writer = new ByteWriter();
        writer.Clear();
        return new Rental(writer);
    }

    /// <summary>A loan that ends when it is disposed of.</summary>
    public readonly struct Rental(ByteWriter writer) : IDisposable
    {
        public void Dispose() => free!.Push(writer);
    }
}
