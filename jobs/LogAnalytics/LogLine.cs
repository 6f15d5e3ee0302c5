using System.Buffers.Text;

namespace LogAnalytics;

/// <summary>One line of an Apache or nginx access log, common or combined, taken apart without allocation.</summary>
/// <remarks>
/// client ident user [dd/Mon/yyyy:HH:mm:ss +zzzz] "request" status bytes, then perhaps "referrer" "agent". The whole line must match.
/// </remarks>
public readonly ref struct LogLine
{
    private const int TimeLength = 26;

    private LogLine(ReadOnlySpan<byte> client, ReadOnlySpan<byte> time, ReadOnlySpan<byte> request, ReadOnlySpan<byte> status, long bytes)
    {
        Client = client;
        Time = time;
        Request = request;
        Status = status;
        Bytes = bytes;
    }

    /// <summary>The client's address or name.</summary>
    public ReadOnlySpan<byte> Client { get; }

    /// <summary>The time as written: <c>dd/Mon/yyyy:HH:mm:ss +zzzz</c>.</summary>
    public ReadOnlySpan<byte> Time { get; }

    /// <summary>The request as written.</summary>
    public ReadOnlySpan<byte> Request { get; }

    /// <summary>The three digits of the status.</summary>
    public ReadOnlySpan<byte> Status { get; }

    /// <summary>The size of the answer; 0 where none is given.</summary>
    public long Bytes { get; }

    /// <summary>The day and the hour as written: <c>dd/Mon/yyyy:HH</c>.</summary>
    public ReadOnlySpan<byte> DateHour => Time[..14];

    /// <summary>The hour of the day, two digits.</summary>
    public ReadOnlySpan<byte> Hour => Time.Slice(12, 2);

    /// <summary>Takes a line apart.</summary>
    /// <returns>Whether it is well-formed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine parsed)
    {
        parsed = default;
        var rest = line;
        if (!TakeWord(ref rest, out var client) || !TakeWord(ref rest, out _) || !TakeWord(ref rest, out _)) return false;
        if (rest.Length < TimeLength + 3 || rest[0] != '[' || rest[TimeLength + 1] != ']' || rest[TimeLength + 2] != ' ') return false;
        var time = rest.Slice(1, TimeLength);
        if (!IsTime(time)) return false;
        rest = rest[(TimeLength + 3)..];
        if (!TakeQuoted(ref rest, out var request) || rest.Length < 6 || rest[0] != ' ' || rest[4] != ' ') return false;
        var status = rest.Slice(1, 3);
        if (!IsDigit(status[0]) || !IsDigit(status[1]) || !IsDigit(status[2])) return false;
        rest = rest[5..];
        if (!TakeBytes(ref rest, out var bytes)) return false;
        if (!rest.IsEmpty && !(TakeSpace(ref rest) && TakeQuoted(ref rest, out _) && TakeSpace(ref rest) && TakeQuoted(ref rest, out _) && rest.IsEmpty)) return false;
        parsed = new LogLine(client, time, request, status, bytes);
        return true;
    }

    /// <summary>The URL of the request, <c>METHOD URL</c> or <c>METHOD URL HTTP/x.y</c>.</summary>
    /// <returns>Whether the request has that form.</returns>
    public bool TryGetUrl(out ReadOnlySpan<byte> url)
    {
        url = default;
        var rest = Request;
        var method = rest.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        if (method < 1 || rest[method] != ' ') return false;
        rest = rest[(method + 1)..];
        var end = WordLength(rest);
        if (end == 0) return false;
        var protocol = rest[end..];
        if (!protocol.IsEmpty && !IsProtocol(protocol)) return false;
        url = rest[..end];
        return true;
    }

    /// <summary>The time in seconds since 1970, UTC.</summary>
    public long UnixSeconds()
    {
        var day = new DateTime(Number(Time.Slice(7, 4)), Month(Time.Slice(3, 3)), Number(Time[..2]), 0, 0, 0, DateTimeKind.Utc);
        var seconds = (Number(Time.Slice(12, 2)) * 3600L) + (Number(Time.Slice(15, 2)) * 60) + Number(Time.Slice(18, 2));
        var offset = (Number(Time.Slice(22, 2)) * 3600L) + (Number(Time.Slice(24, 2)) * 60);
        return new DateTimeOffset(day).ToUnixTimeSeconds() + seconds - (Time[21] == '-' ? -offset : offset);
    }

    /// <summary>The number of a month by its English abbreviation; 0 where there is none such.</summary>
    public static int Month(ReadOnlySpan<byte> name)
    {
        var at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(name);
        return at < 0 || at % 3 != 0 ? 0 : (at / 3) + 1;
    }

    private static bool IsTime(ReadOnlySpan<byte> time)
    {
        // dd/Mon/yyyy:HH:mm:ss +zzzz, where 'd' stands for a digit, 'U' and 'l' for letters.
        ReadOnlySpan<byte> shape = "dd/Ull/dddd:dd:dd:dd +dddd"u8;
        for (var i = 0; i < shape.Length; i++)
        {
            var fits = shape[i] switch
            {
                (byte)'d' => IsDigit(time[i]),
                (byte)'U' => time[i] is >= (byte)'A' and <= (byte)'Z',
                (byte)'l' => time[i] is >= (byte)'a' and <= (byte)'z',
                (byte)'+' => time[i] is (byte)'+' or (byte)'-',
                var expected => time[i] == expected,
            };
            if (!fits) return false;
        }
        return true;
    }

    private static bool IsProtocol(ReadOnlySpan<byte> text)
        => text.Length == 9 && text.StartsWith(" HTTP/"u8) && IsDigit(text[6]) && text[7] == '.' && IsDigit(text[8]);

    private static bool TakeWord(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> word)
    {
        var end = WordLength(rest);
        word = rest[..end];
        if (end == 0 || end == rest.Length || rest[end] != ' ') return false;
        rest = rest[(end + 1)..];
        return true;
    }

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(" \t\n\r\f\v"u8);
        return end < 0 ? text.Length : end;
    }

    private static bool TakeSpace(ref ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || rest[0] != ' ') return false;
        rest = rest[1..];
        return true;
    }

    private static bool TakeQuoted(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.IsEmpty || rest[0] != '"') return false;
        for (var position = 1; ;)
        {
            var stop = rest[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0) return false;
            position += stop;
            if (rest[position] == '"')
            {
                text = rest[1..position];
                rest = rest[(position + 1)..];
                return true;
            }
            position += 2;
            if (position > rest.Length) return false;
        }
    }

    private static bool TakeBytes(ref ReadOnlySpan<byte> rest, out long bytes)
    {
        bytes = 0;
        if (rest[0] == '-')
        {
            rest = rest[1..];
            return true;
        }
        if (!IsDigit(rest[0]) || !Utf8Parser.TryParse(rest, out bytes, out var length)) return false;
        rest = rest[length..];
        return true;
    }

    private static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits) number = (number * 10) + digit - '0';
        return number;
    }
}
