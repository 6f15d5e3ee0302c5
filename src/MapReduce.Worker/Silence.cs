namespace MapReduce.Worker;

/// <summary>Gives a node up that falls silent in the middle of a conversation. A network that is cut ends no connection: without this, whoever waits waits for minutes.</summary>
internal static class Silence
{
    /// <summary>How long a node may say nothing. A living one answers much sooner, and a cut takes about as long to be told from a pause.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Waits for one answer, or for one piece of it.</summary>
    /// <exception cref="IOException">None came in time.</exception>
    public static async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> wait, string whom, TimeSpan longest, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(longest);
        try
        {
            return await wait(silence.Token);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{whom} has said nothing for {longest.TotalSeconds:0} s.", exception);
        }
    }

    /// <summary>A stream whose every piece has to come in time.</summary>
    public static Stream Limit(Stream content, string whom) => new ImpatientStream(content, whom);

    private sealed class ImpatientStream(Stream inner, string whom) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => await LimitAsync(token => inner.ReadAsync(buffer, token).AsTask(), whom, Longest, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
