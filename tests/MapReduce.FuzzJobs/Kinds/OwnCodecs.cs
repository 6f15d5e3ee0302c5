using System.Buffers.Binary;
using System.Text;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>Codecs that a job gives to a channel in the place of those that the types would get: integers in falling order, and strings as UTF-16.</summary>
internal static class OwnCodecs
{
    /// <summary>Keys of integers in falling order; null for other keys.</summary>
    public static KeyCodec<T>? Keys<T>() where T : allows ref struct => typeof(T) == typeof(long) ? (KeyCodec<T>)(object)new Falling() : null;

    /// <summary>Values of strings; null for others.</summary>
    public static Codec<T>? Values<T>() where T : allows ref struct => typeof(T) == typeof(string) ? (Codec<T>)(object)new Utf16() : null;

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

    private sealed class Utf16 : Codec<string>
    {
        public override void Write(string value, ByteWriter writer)
        {
            foreach (var character in value)
            {
                writer.Write((byte)character);
                writer.Write((byte)(character >> 8));
            }
        }

        public override string Read(ReadOnlySpan<byte> bytes)
        {
            var text = new StringBuilder(bytes.Length / 2);
            for (var i = 0; i < bytes.Length; i += 2) text.Append((char)(bytes[i] | (bytes[i + 1] << 8)));
            return text.ToString();
        }
    }
}
