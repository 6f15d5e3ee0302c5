using MapReduce.Sdk;

namespace LogAnalytics;

/// <summary>An hour of a day as a log writes it, <c>dd/Mon/yyyy:HH</c>, that sorts by time: a key type with a codec of its own.</summary>
public readonly record struct DateHour(string Text)
{
    public override string ToString() => Text;
}

/// <summary>Year, month, day and hour in this order.</summary>
public sealed class DateHourCodec : KeyCodec<DateHour>
{
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    public override int? FixedLength => 10;

    public override void Write(DateHour value, ByteWriter writer)
    {
        var text = value.Text;
        var month = Array.IndexOf(Months, text.Substring(3, 3)) + 1;
        foreach (var c in $"{text.AsSpan(7, 4)}{month:D2}{text.AsSpan(0, 2)}{text.AsSpan(12, 2)}") writer.Write((byte)c);
    }

    public override DateHour Read(ReadOnlySpan<byte> bytes)
    {
        var digits = System.Text.Encoding.ASCII.GetString(bytes);
        return new DateHour($"{digits[6..8]}/{Months[int.Parse(digits[4..6]) - 1]}/{digits[..4]}:{digits[8..10]}");
    }
}
