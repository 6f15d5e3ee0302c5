using System.IO.Hashing;
using MapReduce.Storage;

namespace MapReduce.Cli.Cat;

/// <summary>Reads a file of an output, and tells at its end whether its bytes are those that the job wrote.</summary>
internal sealed class CheckedFile : Stream
{
    private readonly string path;
    private readonly ManifestFile written;
    private readonly FileStream file;
    private readonly XxHash128 hash = new();

    public CheckedFile(string path, ManifestFile written)
    {
        (this.path, this.written) = (path, written);
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = file.Read(buffer);
            hash.Append(buffer[..read]);
            return read;
        }
        catch (IOException exception)
        {
            // Not to be taken for an error of whoever is written to.
            throw Unreadable(exception);
        }
    }

    /// <summary>Reads what is left, which whoever decompresses may not have asked for, and compares all of it with what the job wrote.</summary>
    /// <exception cref="UserException">It is not the same.</exception>
    public void Verify()
    {
        var rest = new byte[64 << 10];
        while (Read(rest) > 0)
        {
        }
        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != written.Hash) throw Damaged();
    }

    /// <summary>What its reader is told who cannot understand its bytes, or has been given others than were written.</summary>
    public UserException Damaged() => new(ExitCode.Input, $"'{path}' is damaged: it has other bytes than when the job wrote it. What was shown of it cannot be trusted. Run the job again.");

    private UserException Unreadable(Exception exception) => new(ExitCode.Input, $"'{path}' cannot be read: {exception.Message}");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
