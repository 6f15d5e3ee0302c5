using System.Buffers.Binary;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>Codecs that a job gives to a channel in the place of those that the types would get: integers in falling order, and strings behind a mark.</summary>
internal static class OwnCodecs
{
    /// <summary>Keys of integers in falling order; null for other keys.</summary>
    public static KeyCodec<T>? Keys<T>() where T : allows ref struct => typeof(T) == typeof(long) ? (KeyCodec<T>)(object)new Falling() : null;

    /// <summary>Values of strings; null for others.</summary>
    public static Codec<T>? Values<T>(CodecRegistry codecs) where T : allows ref struct => typeof(T) == typeof(string) ? (Codec<T>)(object)new Marking(codecs.Value<string>()) : null;

    private sealed class Falling : KeyCodec<long>
    {
        public override int? FixedLength => 8;

        public override void Write(long value, ByteWriter writer)
        {
            BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(8), ~(value ^ long.MinValue));
            writer.Advance(8);
        }

        public override long Read(ReadOnlySpan<byte> bytes) => ~BinaryPrimitives.ReadInt64BigEndian(bytes) ^ long.MinValue;
    }

    private sealed class Marking(Codec<string> texts) : Codec<string>
    {
        private const byte Mark = 0;

        public override void Write(string value, ByteWriter writer)
        {
            writer.Write(Mark);
            texts.Write(value, writer);
        }

        public override string Read(ReadOnlySpan<byte> bytes) => bytes[0] == Mark ? texts.Read(bytes[1..]) : throw new FormatException("That is not what was written.");
    }
}
