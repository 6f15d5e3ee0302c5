using System.IO.Compression;
using System.Text;
using Xunit;

namespace MapReduce.Engine.Tests.Input;

/// <summary>After a member of a gzip file come only its end, zeros, or another member: anything else is damage, and never the end.</summary>
public sealed class GzipTests : IDisposable
{
    private const int Members = 50;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, 0x1E)]
    [InlineData(1, 0x8A)]
    [InlineData(2, 0)]
    [InlineData(2, 7)]
    [InlineData(3, 0x20)]
    [InlineData(3, 0x80)]
    public void A_damaged_header_of_a_later_member_is_an_error_with_file_and_offset(int field, byte value)
    {
        var members = Enumerable.Range(0, Members).Select(Member).ToArray();
        members[1][field] = value;
        var error = Damaged([.. members.SelectMany(member => member)]);
        Assert.Contains($"at offset {members[0].Length}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("\u001f")]
    [InlineData("\u001f\u008b\u0008")]
    [InlineData("\0\0\0text")]
    public void What_follows_a_member_and_is_none_is_an_error(string tail) => Damaged([.. Member(0), .. Member(1), .. Encoding.Latin1.GetBytes(tail)]);

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(200_000)]
    public void Zeros_may_fill_a_file_up_and_members_may_follow_them(int zeros)
    {
        Assert.Equal(["member 0", "member 1"], Lines([.. Member(0), .. Member(1), .. new byte[zeros]]));
        Assert.Equal(["member 0", "member 1"], Lines([.. Member(0), .. new byte[zeros], .. Member(1)]));
    }

    [Fact]
    public void A_header_may_hold_all_optional_fields_and_its_checksum_counts()
    {
        var plain = Member(3);
        byte[] header = [0x1F, 0x8B, 8, 0x1F, 1, 2, 3, 4, 0, 3, 5, 0, 1, 2, 3, 4, 5, .. "name\0"u8, .. "comment\0"u8];
        var checksum = System.IO.Hashing.Crc32.HashToUInt32(header);
        byte[] packed = [.. header, (byte)checksum, (byte)(checksum >> 8), .. plain[10..]];
        Assert.Equal(["member 3", "member 3"], Lines([.. packed, .. packed]));
        packed[header.Length] ^= 1;
        Assert.Contains("header", Damaged(packed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_is_an_error_or_changes_nothing()
    {
        byte[] packed = [.. Member(0), .. Member(1), .. Member(2)];
        for (var bit = 3 * 8; bit < packed.Length * 8; bit++)
        {
            var flipped = packed.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var file = Reading.File(folder, flipped);
            try
            {
                Assert.Equal(["member 0", "member 1", "member 2"], Reading.Lines(file, 0, file.Length).Select(line => line.Line));
            }
            catch (EngineException exception)
            {
                Assert.Equal(EngineError.BadInput, exception.Error);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_tables_of_codes_is_an_error_or_changes_nothing()
    {
        // Some letters are frequent and some are not, so that a table of codes is worth its place.
        var random = new Random(1);
        var text = string.Concat(Enumerable.Range(0, 400).Select(_ => (char)('0' + (int)(50 * Math.Pow(random.NextDouble(), 3))))) + "\n";
        var packed = Pack(Encoding.ASCII.GetBytes(text), CompressionLevel.SmallestSize);
        for (var bit = 10 * 8; bit < packed.Length * 8; bit++)
        {
            var flipped = packed.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var file = Reading.File(folder, flipped);
            try
            {
                Assert.Equal(text, string.Concat(Reading.Lines(file, 0, file.Length).Select(line => line.Line + "\n")));
            }
            catch (EngineException exception)
            {
                Assert.Equal(EngineError.BadInput, exception.Error);
            }
        }
    }

    [Fact]
    public void A_file_named_gz_whose_first_member_has_a_damaged_method_is_no_text()
    {
        var packed = Member(0);
        packed[2] = 7;
        Assert.Contains("method 7", Damaged(packed, "damaged.gz").Message, StringComparison.Ordinal);
    }

    private static byte[] Member(int number) => Pack(Encoding.ASCII.GetBytes($"member {number}\n"));

    private static byte[] Pack(byte[] plain, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, level, leaveOpen: true)) packer.Write(plain);
        return packed.ToArray();
    }

    private EngineException Damaged(byte[] bytes, string name = "damaged")
    {
        var file = Reading.File(folder, bytes, name);
        var error = Assert.Throws<EngineException>(() => Reading.Lines(file, 0, file.Length));
        Assert.Equal(EngineError.BadInput, error.Error);
        Assert.Contains(file.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("at offset ", error.Message, StringComparison.Ordinal);
        return error;
    }

    private List<string> Lines(byte[] bytes)
    {
        var file = Reading.File(folder, bytes);
        return [.. Reading.Lines(file, 0, file.Length).Select(line => line.Line)];
    }
}
