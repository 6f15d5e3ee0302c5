using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace MapReduce.Engine.Tests.Input;

/// <summary>Frames that hold no content may stand before, between and behind those that do: pzstd begins each with one.</summary>
public sealed class ZstandardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, 4)]
    [InlineData(7, 0)]
    [InlineData(15, 100_000)]
    public void Skippable_frames_hold_nothing_wherever_they_stand(int kind, int length)
    {
        var skipped = Skippable(kind, length);
        Assert.Equal(["one", "two"], Lines([.. skipped, .. Frame("one\n"), .. skipped, .. Frame("two\n")]));
        Assert.Equal(["one", "two"], Lines([.. skipped, .. skipped, .. Frame("one\ntwo\n"), .. skipped]));
        Assert.Empty(Lines(skipped));
    }

    [Fact]
    public void A_file_that_ends_in_a_skippable_frame_that_is_cut_short_is_an_error()
    {
        byte[] whole = [.. Skippable(0, 12), .. Frame("one\n")];
        for (var length = 4; length < whole.Length; length++)
        {
            if (length == 20) continue;
            Assert.Equal(EngineError.BadInput, Assert.Throws<EngineException>(() => Lines(whole[..length])).Error);
        }
    }

    [Theory]
    [InlineData("text\n")]
    [InlineData("P*M\u0018")]
    public void What_follows_a_frame_and_is_none_is_an_error(string tail)
        => Assert.Equal(EngineError.BadInput, Assert.Throws<EngineException>(() => Lines([.. Skippable(0, 4), .. Frame("one\n"), .. Encoding.ASCII.GetBytes(tail)])).Error);

    private static byte[] Skippable(int kind, int length)
    {
        var frame = new byte[8 + length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, 0x184D2A50u + (uint)kind);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), length);
        return frame;
    }

    private static byte[] Frame(string text) => new ZstdSharp.Compressor().Wrap(Encoding.ASCII.GetBytes(text)).ToArray();

    private List<string> Lines(byte[] bytes)
    {
        var file = Reading.File(folder, bytes);
        return [.. Reading.Lines(file, 0, file.Length).Select(line => line.Line)];
    }
}
