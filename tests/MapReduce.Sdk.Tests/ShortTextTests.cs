using System.Text;
using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>Short texts go through a way of their own. It knows where it ends.</summary>
public sealed class ShortTextTests
{
    [Fact]
    public void Texts_of_each_length_around_the_longest_short_one_are_read_and_written_as_UTF_8()
    {
        var codec = new CodecRegistry().Key<string>();
        for (var length = 0; length <= 2 * ShortText.Room; length++)
            foreach (var (place, character) in from place in Enumerable.Range(0, length + 1) from character in "~\u007F\u0080ä\u1234\uFFFF" select (place, character))
            {
                var letters = Enumerable.Range(0, length).Select(i => (char)('a' + i % 26)).ToArray();
                if (place < length) letters[place] = character;
                var (text, writer) = (new string(letters), new ByteWriter());
                writer.Write("before "u8);
                codec.Write(text, writer);
                writer.Write(" behind"u8);
                Assert.Equal(Encoding.UTF8.GetBytes($"before {text} behind"), writer.Written.ToArray());
                Assert.Equal(text, codec.Read(writer.Written[7..^7]));
                Assert.Equal(text, new Utf8(writer.Written[7..^7]).ToString());
            }
    }

    [Fact]
    public void What_is_no_UTF_8_becomes_the_replacement_character_however_short_it_is()
        => Assert.Equal(("\uFFFD", "a\uFFFDb"), (new Utf8([0x80]).ToString(), new Utf8([(byte)'a', 0xFF, (byte)'b']).ToString()));
}
