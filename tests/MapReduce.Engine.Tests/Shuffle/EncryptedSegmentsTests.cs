using System.Buffers.Binary;
using System.IO.Hashing;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

/// <summary>Segment files that are encrypted: what is not as it was written, where it was written, is found, whatever the checksums say.</summary>
public sealed class EncryptedSegmentsTests : IDisposable
{
    private const int Segments = 3;
    private const int BlockOfMost = 64 << 10;

    private readonly TemporaryFolder folder = new();
    private readonly DataKey key = DataKey.Random();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(BlockCompression.None)]
    [InlineData(BlockCompression.Lz4)]
    [InlineData(BlockCompression.Zstandard)]
    public void Blocks_of_all_lengths_come_back_as_they_were_written(BlockCompression compression)
    {
        int[] lengths = [0, 1, 15, 16, 17, 63, 64, BlockOfMost - 1, BlockOfMost, BlockOfMost + 1, (1 << 20) - 16, 1 << 20, (1 << 20) + 1, 3 << 20];
        List<(int, byte[])> blocks = [.. lengths.Select((length, index) => (index % Segments, Shrinking(length)))];
        Write("file", blocks, compression);
        Assert.Equal(Shown(blocks), Read("file"));
    }

    [Fact]
    public void Nothing_of_the_content_is_in_the_file_and_no_two_files_are_the_same()
    {
        List<(int, byte[])> blocks = [(0, [.. "a marked word"u8]), (1, [.. "a marked word"u8])];
        Write("file", blocks);
        Write("other", blocks);
        Assert.Equal(-1, Bytes("file").AsSpan().IndexOf("marked"u8));
        Assert.NotEqual(Bytes("file")[SegmentFile.EncryptedHeaderLength..], Bytes("other")[SegmentFile.EncryptedHeaderLength..]);
    }

    [Fact]
    public void The_fingerprint_and_the_length_for_plans_are_those_of_data_that_is_not_encrypted()
    {
        using var plain = new SegmentFileWriter(folder["plain"], BlockCompression.Lz4);
        using var encrypted = new SegmentFileWriter(folder["encrypted"], BlockCompression.Lz4, key);
        foreach (var length in (int[])[10, 1000, BlockOfMost])
        {
            plain.Append(1, Shrinking(length));
            encrypted.Append(1, Shrinking(length));
        }
        Assert.Equal((plain.Fingerprint, plain.RawLength), (encrypted.Fingerprint, encrypted.RawLength));
    }

    [Fact]
    public void No_changed_byte_passes_unnoticed()
    {
        var blocks = Small();
        Write("file", blocks);
        var bytes = Bytes("file");
        var unused = Index("file").SelectMany(block => Enumerable.Range((int)block.FileOffset + 13, 3)).ToHashSet();
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x41;
            Replace("file", damaged);
            if (unused.Contains(i)) Assert.Equal(Shown(blocks), Read("file"));
            else AssertCorrupt("file");
        }
    }

    [Fact]
    public void No_bit_is_flipped_unnoticed_by_whoever_mends_the_checksum()
    {
        Write("file", Small());
        foreach (var block in Index("file"))
        {
            for (var i = 0; i < block.StoredLength; i++)
            {
                var bytes = Bytes("file");
                bytes[(int)block.FileOffset + SegmentFile.BlockHeaderLength + i] ^= 1;
                Mend(bytes, block);
                Assert.Contains("was changed, or belongs in another place", AssertCorrupt(bytes).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void No_file_cut_short_passes_unnoticed()
    {
        Write("file", Small());
        var bytes = Bytes("file");
        for (var length = 0; length < bytes.Length; length++) AssertCorrupt(bytes[..length]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    public void A_block_in_another_place_is_found_in_its_own_segment_and_in_another(int from, int to)
    {
        Write("file", [(0, [.. "first "u8]), (0, [.. "second"u8]), (1, [.. "third "u8])]);
        var (index, bytes) = (Index("file"), Bytes("file"));
        var moved = bytes.AsSpan((int)index[from].FileOffset, SegmentFile.BlockHeaderLength + index[from].StoredLength).ToArray();
        moved.CopyTo(bytes, (int)index[to].FileOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan((int)index[to].FileOffset + 8), index[to].Segment);
        Mend(bytes, index[to]);
        var error = AssertCorrupt(bytes);
        Assert.Contains($"the block at offset {index[to].FileOffset} was changed, or belongs in another place", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder["changed/file"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_of_another_file_is_found()
    {
        Write("file", [(0, [.. "first "u8])]);
        var bytes = Bytes("file");
        Write("other", [(0, [.. "second"u8])]);
        Bytes("other").AsSpan(SegmentFile.EncryptedHeaderLength).CopyTo(bytes.AsSpan(SegmentFile.EncryptedHeaderLength));
        Assert.Contains("was changed, or belongs in another place", AssertCorrupt(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_another_file_and_a_file_that_is_not_encrypted_are_named()
    {
        Write("file", Small());
        const string Other = "encrypted with another key than this job's, or is another file under this name";
        Assert.Contains(Other, Assert.Throws<EngineException>(() => Read("file", DataKey.Random())).Message, StringComparison.Ordinal);

        File.Move(folder["file"], folder["renamed"]);
        var error = Assert.Throws<EngineException>(() => Read("renamed"));
        Assert.Equal((EngineError.CorruptData, folder["renamed"]), (error.Error, error.File));
        Assert.Contains(Other, error.Message, StringComparison.Ordinal);

        using (var writer = new SegmentFileWriter(folder["plain"], BlockCompression.None)) writer.Complete(Segments, durable: false);
        Assert.Contains("it is not encrypted, as the files of this job are", Assert.Throws<EngineException>(() => Read("plain")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_output_is_held_against_its_name_though_no_block_of_it_is_read()
    {
        Write("empty", []);
        Assert.Equal(0, MapOutput.Open(folder["empty"], key).StoredBytes);
        File.Move(folder["empty"], folder["renamed"]);
        Assert.Equal(EngineError.CorruptData, Assert.Throws<EngineException>(() => MapOutput.Open(folder["renamed"], key)).Error);
    }

    [Fact]
    public unsafe void Who_reads_without_a_key_is_told_that_the_file_is_encrypted()
    {
        Write("file", Small());
        using var source = new BlockSource();
        var block = source.Open(folder["file"]).ReadIndex(out _)[0];
        Assert.Contains("it is encrypted, and the job that reads it is not", Assert.Throws<EngineException>(() => _ = (nint)source.ReadFile(folder["file"], block, out _)).Message, StringComparison.Ordinal);
    }

    private static List<(int, byte[])> Small() => [(2, Shrinking(20)), (0, [.. "short"u8]), (1, Shrinking(90)), (0, [.. "more"u8])];

    private static byte[] Shrinking(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 200 < 100 ? 7 : i * i >> 3))];

    private void Write(string name, List<(int Segment, byte[] Content)> blocks, BlockCompression compression = BlockCompression.None)
    {
        using var writer = new SegmentFileWriter(folder[name], compression, key);
        foreach (var (segment, content) in blocks) writer.Append(segment, content);
        writer.Complete(Segments, durable: false);
    }

    private static List<(int, string)> Shown(List<(int Segment, byte[] Content)> blocks) => [.. blocks.Select(block => (block.Segment, Convert.ToHexString(block.Content)))];

    private unsafe List<(int, string)> Read(string name, DataKey? with = null)
    {
        using var source = new BlockSource(with ?? key);
        var blocks = new List<(int, string)>();
        foreach (var block in source.Open(folder[name]).ReadIndex(out _))
        {
            var start = source.ReadFile(folder[name], block, out var length);
            blocks.Add((block.Segment, Convert.ToHexString(new ReadOnlySpan<byte>(start, length))));
        }
        return blocks;
    }

    private List<BlockReference> Index(string name)
    {
        using var reader = new SegmentFileReader(folder[name], key);
        return reader.ReadIndex(out _);
    }

    private byte[] Bytes(string name) => File.ReadAllBytes(folder[name]);

    private void Replace(string name, byte[] bytes) => File.WriteAllBytes(folder[name], bytes);

    private EngineException AssertCorrupt(byte[] bytes)
    {
        Directory.CreateDirectory(folder["changed"]);
        Replace("changed/file", bytes);
        return AssertCorrupt("changed/file");
    }

    private EngineException AssertCorrupt(string name)
    {
        var error = Assert.Throws<EngineException>(() => Read(name));
        Assert.Equal((EngineError.CorruptData, folder[name]), (error.Error, error.File));
        return error;
    }

    private static void Mend(byte[] file, BlockReference block)
    {
        var header = file.AsSpan((int)block.FileOffset);
        var stored = header.Slice(SegmentFile.BlockHeaderLength, block.StoredLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header[SegmentFile.BoundHeaderLength..], XxHash3.HashToUInt64(stored, block.Segment));
    }
}
