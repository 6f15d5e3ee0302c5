using System.IO.Compression;
using System.Text;
using CsCheck;
using MapReduce.Engine.Input;
using Xunit;

namespace MapReduce.Engine.Tests.Input;

public sealed class TextLineReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a")]
    [InlineData("a\n")]
    [InlineData("a\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("a\rb\r\r\nc")]
    [InlineData("\n\n\na\n\n")]
    [InlineData("one\ntwo\r\nthree\n\nfour")]
    [InlineData("\u00EF\u00BB\u00BFwith a mark\nand \u00FF\u00FE\u0000 bytes\n")]
    public void Every_way_to_cut_a_file_gives_each_line_once_and_with_its_offset(string text)
    {
        var file = Reading.File(folder, Encoding.Latin1.GetBytes(text));
        foreach (var keep in (bool[])[false, true])
            for (var size = 1; size <= text.Length + 1; size++) Assert.Equal(Expected(text, keep), InSplits(file, size, 4096, keep));
    }

    [Fact]
    public void Any_text_in_any_splits_through_any_buffer_gives_its_lines()
        => Gen.Select(Gen.Char["ab\r\n"].Array[0, 80], Gen.Int[1, 40], Gen.Int[1, 30]).Sample((characters, split, buffer) =>
        {
            var text = new string(characters);
            using var own = new TemporaryFolder();
            Assert.Equal(Expected(text, keep: false), InSplits(Reading.File(own, Encoding.Latin1.GetBytes(text)), split, buffer, keep: false));
        }, iter: 2000);

    [Fact]
    public void A_line_that_fills_many_ranges_is_read_once_and_not_for_each()
    {
        const int Range = 4096;
        var bytes = new byte[256 * Range];
        Array.Fill(bytes, (byte)'x');
        bytes[10] = (byte)'\n';
        bytes[^100] = (byte)'\n';
        var file = Reading.File(folder, bytes);
        var (read, lengths) = (0L, new List<int>());
        for (var start = 0; start < bytes.Length; start += Range)
            new TextLineReader(keepCarriageReturn: false).Read(Reading.Split(file, start, Range), line => lengths.Add(line.Bytes.Length), Reading.Context(Range) with { Progress = more => read += more });
        Assert.Equal([10, bytes.Length - 111, 99], lengths);
        // Each range takes a buffer or two, and one of them the line.
        Assert.InRange(read, bytes.Length, 4L * bytes.Length);
    }

    [Fact]
    public void A_line_may_be_much_longer_than_the_buffer()
    {
        var text = new string('x', 1_000_000) + "\nshort\n" + new string('y', 300_000);
        Assert.Equal(Expected(text, keep: false), InSplits(Reading.File(folder, Encoding.Latin1.GetBytes(text)), 70_000, 4096, keep: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_compressed_file_is_known_by_its_bytes_and_read_whole(bool gzip)
    {
        var text = string.Join('\n', Enumerable.Range(0, 20_000));
        using var packed = new MemoryStream();
        // Two members or frames one after another are one file.
        foreach (var half in (string[])[text[..50_000], text[50_000..]])
            using (Stream packer = gzip ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(packed, leaveOpen: true))
                packer.Write(Encoding.Latin1.GetBytes(half));
        var file = Reading.File(folder, packed.ToArray(), "not-named-so");
        Assert.Equal(Expected(text, keep: false), Reading.Lines(file, 0, file.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_compressed_file_cut_anywhere_is_an_error(bool gzip)
    {
        using var packed = new MemoryStream();
        using (Stream packer = gzip ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(packed, leaveOpen: true))
            packer.Write(Encoding.Latin1.GetBytes(string.Join('\n', Enumerable.Range(0, 300))));
        var bytes = packed.ToArray();
        for (var length = 10; length < bytes.Length; length += 7)
        {
            var file = Reading.File(folder, bytes.AsSpan(0, length), $"cut-{length}");
            var error = Assert.Throws<EngineException>(() => Reading.Lines(file, 0, file.Length));
            Assert.Equal(EngineError.BadInput, error.Error);
            Assert.Contains($"cut-{length}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_has_changed_since_it_was_planned_is_an_error()
    {
        var file = Reading.File(folder, "one\ntwo\n"u8);
        File.AppendAllText(file.Path, "three\n");
        var error = Assert.Throws<EngineException>(() => Reading.Lines(file, 0, file.Length));
        Assert.Equal(EngineError.InputChanged, error.Error);
        Assert.StartsWith("The input changed while the job ran", error.Message, StringComparison.Ordinal);

        File.WriteAllText(file.Path, "ONE\nTWO\n");
        File.SetLastWriteTimeUtc(file.Path, new DateTime(file.ModifiedTicks, DateTimeKind.Utc).AddMinutes(1));
        Assert.Equal(EngineError.InputChanged, Assert.Throws<EngineException>(() => Reading.Lines(file, 0, file.Length)).Error);

        File.Delete(file.Path);
        Assert.Equal(EngineError.InputChanged, Assert.Throws<EngineException>(() => Reading.Lines(file, 0, file.Length)).Error);
    }

    private static List<(long, string)> InSplits(MapReduce.Engine.Input.InputFile file, int size, int buffer, bool keep)
    {
        var lines = new List<(long, string)>();
        for (var start = 0L; start < file.Length; start += size) lines.AddRange(Reading.Lines(file, start, Math.Min(size, file.Length - start), buffer, keep));
        return lines;
    }

    private static List<(long, string)> Expected(string text, bool keep)
    {
        var lines = new List<(long, string)>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            var line = end < 0 ? text[start..] : text[start..end];
            lines.Add((start, !keep && line.EndsWith('\r') ? line[..^1] : line));
            start = end < 0 ? text.Length : end + 1;
        }
        return lines;
    }
}
