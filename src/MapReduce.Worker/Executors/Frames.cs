using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Worker.Executors;

/// <summary>What an executor has sent is no message, or longer than one may be.</summary>
internal sealed class FrameException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads what executors send: each message behind its length. The code of a job runs on that side, so no length is believed, and no memory taken for one that cannot be.</summary>
internal static class Frames
{
    /// <summary>The most bytes of a message without a plan. Far more than a report may have: one that is too large is to arrive, so that the job fails with the reason.</summary>
    public const int Most = 4 << 20;

    /// <summary>The most bytes of a message with a plan.</summary>
    public const int MostWithPlan = MessageLimits.MostBytesOfPlan + Most;

    private const int MostBytesOfLength = 5;

    // What is not known here nobody reads, and it is not to be kept for ever with what a task has made.
    private static readonly MessageParser<FromExecutor> Parser = FromExecutor.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<Planned> PlannedParser = Planned.Parser.WithDiscardUnknownFields(true);

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
            return frame.Length <= Most ? Parser.ParseFrom(frame) : ParseLong(frame);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new FrameException("its bytes are those of none", exception);
        }
    }

    /// <summary>What is long in a message must be its plan, and that stays the bytes that came: of the rest objects are made, which take dozens of times its bytes.</summary>
    private static FromExecutor ParseLong(byte[] frame)
    {
        var planned = Find(frame, 0..frame.Length, FromExecutor.PlannedFieldNumber);
        var plan = Find(frame, planned.Content, Planned.PlanFieldNumber);
        var (start, length) = plan.Content.GetOffsetAndLength(frame.Length);
        if (frame.Length - length > Most) throw new FrameException($"without its plan it has {frame.Length - length} bytes, and may have {Most}");
        // What stands behind another in the bytes of a message is merged into it.
        var message = Parser.ParseFrom(frame.AsSpan(planned.Before));
        message.MergeFrom(Parser.ParseFrom(frame.AsSpan(planned.After)));
        message.Planned = PlannedParser.ParseFrom(frame.AsSpan(plan.Before));
        message.Planned.MergeFrom(PlannedParser.ParseFrom(frame.AsSpan(plan.After)));
        message.Planned.Plan = UnsafeByteOperations.UnsafeWrap(frame.AsMemory(start, length));
        return message;
    }

    /// <summary>The content of the first field of this number in the bytes of a message, and what stands before and behind the field; empty at the end where there is none.</summary>
    private static (Range Before, Range Content, Range After) Find(byte[] frame, Range message, int field)
    {
        var (start, length) = message.GetOffsetAndLength(frame.Length);
        var input = new CodedInputStream(frame, start, length);
        var wanted = WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
        while (!input.IsAtEnd)
        {
            var before = (int)input.Position;
            if (input.ReadTag() != wanted)
            {
                input.SkipLastField();
                continue;
            }
            var content = input.ReadLength();
            var begun = (int)input.Position;
            if (content < 0 || content > start + length - begun) throw new FrameException("its bytes are those of none");
            return (start..before, begun..(begun + content), (begun + content)..(start + length));
        }
        var end = start + length;
        return (start..end, end..end, end..end);
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
