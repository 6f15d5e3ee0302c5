using System.Buffers.Binary;

namespace MapReduce.Cli.Generate;

/// <summary>The sort benchmark's ASCII records: ten printable characters of key, the record's number, and filler, in a line of 100 bytes.</summary>
internal sealed class AsciiRecordGenerator(long begin) : ILineGenerator
{
    private UInt128 number = RecordNumbers.At(begin);
    private long record = begin;

    public int LongestLine => 100;

    public int Write(Span<byte> target)
    {
        var (high, low) = ((ulong)(number >> 64), (ulong)number);
        WriteKey(target[..8], high);
        WriteKey(target[8..10], low);
        "  "u8.CopyTo(target[10..]);
        WriteHex(target[12..44], (ulong)record);
        "  "u8.CopyTo(target[44..]);
        for (var digit = 0; digit < 13; digit++) target.Slice(46 + (4 * digit), 4).Fill(Hex((low >> (48 - (4 * digit))) & 15));
        "\r\n"u8.CopyTo(target[98..]);
        number = RecordNumbers.After(number);
        record++;
        return 100;
    }

    private static void WriteKey(Span<byte> key, ulong bits)
    {
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = (byte)(' ' + (bits % 95));
            bits /= 95;
        }
    }

    private static void WriteHex(Span<byte> target, ulong value)
    {
        for (var i = target.Length - 1; i >= 0; i--)
        {
            target[i] = Hex(value & 15);
            value >>= 4;
        }
    }

    private static byte Hex(ulong digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}

/// <summary>The sort benchmark's binary records: the top ten bytes of ten numbers in a row, those behind the key scrambled.</summary>
internal sealed class BinaryRecordGenerator(long begin) : ILineGenerator
{
    private static readonly byte[] Scramble = Convert.FromHexString(
        "00000000000000000000" + "F0E8E4E2E1D8D4D2D1CC" + "CAC9C6C5C3B8B4B2B1AC" + "AAA9A6A5A39C9A999695" + "938E8D8B87787472716C"
        + "6A696665635C5A595655" + "534E4D4B473C3A393635" + "332E2D2B271E1D1B170F" + "C8C4C2C1989492918CE0" + "170F332E2D2B271E1D1B");

    private UInt128 number = RecordNumbers.At(begin);

    public int LongestLine => 100;

    public int Write(Span<byte> target)
    {
        Span<byte> bytes = stackalloc byte[16];
        var next = number;
        for (var group = 0; group < 100; group += 10)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, next);
            for (var i = 0; i < 10; i++) target[group + i] = (byte)(bytes[i] ^ Scramble[group + i]);
            next = RecordNumbers.After(next);
        }
        number = RecordNumbers.After(number);
        return 100;
    }
}
