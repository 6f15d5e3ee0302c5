using Google.Protobuf;
using MapReduce.Protocol.Execution;

namespace MapReduce.Worker.Executors;

/// <summary>What an executor has sent is no message, or longer than one may be.</summary>
internal sealed class FrameException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads what executors send: each message behind its length. The code of a job runs on that side, so no length is believed, and no memory taken for one that cannot be.</summary>
internal static class Frames
{
    /// <summary>The most bytes of a message with a plan.</summary>
    public const int MostOfPlan = 64 << 20;

    /// <summary>The most bytes of any other. Far more than a report may have: one that is too large is to arrive, so that the job fails with the reason.</summary>
    public const int Most = 4 << 20;

    private const int MostBytesOfLength = 5;

    // What is not known here nobody reads, and it is not to be kept for ever with what a task has made.
    private static readonly MessageParser<FromExecutor> Parser = FromExecutor.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads the next message.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null at the end of the stream, be it in the middle of a message: who dies sends no more.</returns>
    /// <exception cref="FrameException">It is none.</exception>
    public static async Task<FromExecutor?> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        if (await ReadLengthAsync(stream, cancellation) is not { } length) return null;
        if (length > (ulong)most) throw new FrameException($"it has {length} bytes, and may have {most}");
        var frame = new byte[(int)length];
        if (await stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellation) < frame.Length) return null;
        try
        {
            return Parser.ParseFrom(frame);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new FrameException("its bytes are those of none", exception);
        }
    }

    private static async Task<ulong?> ReadLengthAsync(Stream stream, CancellationToken cancellation)
    {
        var one = new byte[1];
        var length = 0UL;
        for (var read = 0; read < MostBytesOfLength; read++)
        {
            if (await stream.ReadAsync(one, cancellation) == 0) return null;
            length |= ((ulong)one[0] & 0x7F) << (7 * read);
            if ((one[0] & 0x80) == 0) return length;
        }
        throw new FrameException($"its length takes more than {MostBytesOfLength} bytes");
    }
}
