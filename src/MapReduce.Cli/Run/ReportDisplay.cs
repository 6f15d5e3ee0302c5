using System.Globalization;
using System.Text;
using System.Text.Json;
using MapReduce.Local;

namespace MapReduce.Cli.Run;

/// <summary>Shows what a finished job has done.</summary>
internal static class ReportDisplay
{
    private const int RowsShown = 10;
    private const int RowLength = 200;

    public static void Text(LocalReport report)
    {
        var text = new StringBuilder();
        var retries = report.Retries == 1 ? "1 retry" : $"{report.Retries} retries";
        text.AppendLine(CultureInfo.InvariantCulture,
            $"finished in {Sizes.Show(report.Elapsed)} · {Sizes.Show(report.InputBytes)} · {Sizes.ShowSpeed(report.InputBytes, report.Elapsed)} · {retries}");
        if (report.SkippedRecords > 0) text.AppendLine(CultureInfo.InvariantCulture, $"{report.SkippedRecords} bad records skipped; see {Printable.Of(Path.Combine(report.Output, "_quarantine"))}");
        text.AppendLine();
        AppendRows(report, text);
        if (report.Manifest.Counters.Count > 0)
        {
            text.AppendLine("counters");
            foreach (var (name, count) in report.Manifest.Counters) text.AppendLine(CultureInfo.InvariantCulture, $"  {Printable.Of(name)}  {count}");
        }
        text.AppendLine($"phases    {string.Join(" · ", report.Phases.Select(phase => $"{phase.Phase} {Sizes.Show(phase.Duration)}"))}");
        text.AppendLine($"shuffle   {Sizes.Show(report.ShuffleBytes)}{(report.SpilledBytes > 0 ? $", {Sizes.Show(report.SpilledBytes)} through files" : "")}");
        if (report.HotKeys.Count > 0)
            text.AppendLine($"hottest   {string.Join(" · ", report.HotKeys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{Printable.Of(key.Key)} {key.Weight}")))}");
        text.AppendLine($"output    {Printable.Of(report.Output)}");
        Console.Write(text);
    }

    public static void Json(LocalReport report)
    {
        using var json = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true, Encoder = Output.Encoder });
        json.WriteStartObject();
        json.WriteString("output", report.Output);
        json.WriteString("job", report.Manifest.Job);
        json.WriteNumber("seconds", report.Elapsed.TotalSeconds);
        json.WriteNumber("inputBytes", report.InputBytes);
        json.WriteNumber("inputRecords", report.InputRecords);
        json.WriteNumber("shuffleBytes", report.ShuffleBytes);
        json.WriteNumber("spilledBytes", report.SpilledBytes);
        json.WriteNumber("skippedRecords", report.SkippedRecords);
        json.WriteNumber("retries", report.Retries);
        json.WriteStartObject("phases");
        foreach (var (phase, duration) in report.Phases) json.WriteNumber(phase, duration.TotalSeconds);
        json.WriteEndObject();
        json.WriteStartObject("counters");
        foreach (var (name, count) in report.Manifest.Counters) json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartArray("files");
        foreach (var file in report.Manifest.Files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteNumber("rows", file.Rows);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void AppendRows(LocalReport report, StringBuilder text)
    {
        var files = report.Manifest.Files.Where(file => file.Bytes > 0 && !file.Name.StartsWith('_')).ToList();
        var rows = files.Sum(file => file.Rows);
        var first = files.FirstOrDefault(file => !file.Name.EndsWith(".gz", StringComparison.Ordinal) && !file.Name.EndsWith(".zst", StringComparison.Ordinal));
        if (first is null) return;
        using var reader = new StreamReader(Path.Combine(report.Output, first.Name));
        var shown = 0;
        var buffer = new char[RowLength + 1];
        for (; shown < RowsShown && ReadRow(reader, buffer) is { } row; shown++) text.AppendLine($"  {Printable.Of(row)}");
        if (rows > shown) text.AppendLine(CultureInfo.InvariantCulture, $"  … {rows - shown} more rows");
        text.AppendLine();
    }

    /// <summary>Reads a line of which only the beginning is kept: some rows are long.</summary>
    private static string? ReadRow(StreamReader reader, char[] buffer)
    {
        var length = 0;
        for (var next = reader.Read(); ; next = reader.Read())
        {
            if (next < 0 && length == 0) return null;
            if (next is < 0 or '\n') return length <= RowLength ? new string(buffer, 0, length) : new string(buffer, 0, RowLength) + "…";
            if (length <= RowLength) buffer[length++] = (char)next;
        }
    }
}
