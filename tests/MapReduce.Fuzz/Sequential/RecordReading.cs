using System.Text;
using System.Text.Json;
using MapReduce.Fuzz.Inputs;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Plans;
using MapReduce.FuzzJobs.Stores;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Reads inputs as "Records" of docs/writing-jobs.md says: file after file, front to back, from the bytes before they were compressed.</summary>
internal class RecordReading
{
    /// <summary>What the quarantine keeps of a whole file.</summary>
    private const int BytesOfFile = 1024;

    /// <summary>The records of a source in their order: (input, split, position), and splits follow one another.</summary>
    public IEnumerable<InputRecord> Of(SourcePlan source, InputFiles inputs) => source.Format switch
    {
        SourceFormat.Numbers => Enumerable.Range(0, source.Size).Select(number => new InputRecord(SourceOpener.RawOf(number), "", number, null)),
        SourceFormat.Store => Enumerable.Range(0, source.Size).Select(row => new InputRecord(PlannedRows.RowOf(row), PlannedRows.Name, row % source.Share, null)),
        _ => inputs.Of(source.Id).SelectMany(file => Of(source, file)),
    };

    /// <summary>Whether a source has anything to read, so that there is a map task.</summary>
    public static bool HasTasks(SourcePlan source, InputFiles inputs) => source.Format switch
    {
        SourceFormat.Numbers or SourceFormat.Store => source.Size > 0,
        SourceFormat.Files => inputs.Of(source.Id).Count > 0,
        _ => inputs.Of(source.Id).Any(file => file.Length > 0),
    };

    private IEnumerable<InputRecord> Of(SourcePlan source, InputFile file)
    {
        var plain = file.Content.Plain;
        switch (source.Format)
        {
            case SourceFormat.Files:
                return [new InputRecord(plain, file.Path, 0, plain[..Math.Min(plain.Length, BytesOfFile)])];
            case SourceFormat.Records:
                return Enumerable.Range(0, plain.Length / source.Size).Select(record => Whole(plain[(record * source.Size)..((record + 1) * source.Size)], file.Path, record * (long)source.Size));
            case SourceFormat.Delimited:
                return file.Content.Rows.Select(row => new InputRecord(Encoding.UTF8.GetBytes(string.Join(' ', row.Fields)), file.Path, row.Offset, null));
            case SourceFormat.JsonLines:
                return Lines(plain, keepsReturns: false).SelectMany(line => Json(line.Bytes, file.Path, line.Offset));
            default:
                return Lines(plain, source.Format == SourceFormat.LinesWithReturns).Select(line => Whole(line.Bytes, file.Path, line.Offset));
        }
    }

    /// <summary>Lines end with LF or CRLF; the last may have no end.</summary>
    protected virtual IEnumerable<(byte[] Bytes, long Offset)> Lines(byte[] plain, bool keepsReturns)
    {
        var start = 0;
        while (start < plain.Length)
        {
            var end = Array.IndexOf(plain, (byte)'\n', start);
            var stop = end < 0 ? plain.Length : end;
            var last = !keepsReturns && stop > start && plain[stop - 1] == '\r' ? stop - 1 : stop;
            yield return (plain[start..last], start);
            start = stop + 1;
        }
    }

    private static IEnumerable<InputRecord> Json(byte[] line, string path, long offset)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var document = line.AsSpan().StartsWith(mark) ? line[mark.Length..] : line;
        if (!document.AsSpan().ContainsAnyExcept((byte)' ', (byte)'\t')) return [];
        Note? note = null;
        try
        {
            note = JsonSerializer.Deserialize<Note>(document, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            // It is a record that cannot be read.
        }
        return [new InputRecord(note?.Show(), path, offset, line)];
    }

    private static InputRecord Whole(byte[] record, string path, long offset) => new(record, path, offset, record);
}
