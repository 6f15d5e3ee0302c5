using System.Text;
using System.Text.Json;
using MapReduce.Fuzz.Cases;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Inputs;

/// <summary>What is in a file before it is compressed.</summary>
/// <param name="Plain">Its bytes.</param>
/// <param name="Rows">The rows of delimited text, with where they begin; empty for other formats.</param>
internal sealed record FileContent(byte[] Plain, IReadOnlyList<(long Offset, string[] Fields)> Rows)
{
    private static readonly JsonSerializerOptions Relaxed = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the content of a file for a source that reads it.</summary>
    public static FileContent Of(FilePlan file, SourcePlan source)
    {
        var text = new RecordText(file);
        return source.Format switch
        {
            SourceFormat.Lines or SourceFormat.LinesWithReturns => new(Lines(file, [.. file.Records.Select(record => Line(text, record))]), []),
            SourceFormat.JsonLines => new(Lines(file, [.. file.Records.Select(record => Json(file, text, record))]), []),
            SourceFormat.Files => new([.. Joined(file.Records.Select(record => Line(text, record)), file.Records.Count % 2 == 0 ? (byte)'\n' : (byte)' ')], []),
            SourceFormat.Records => new([.. file.Records.SelectMany(record => Fixed(Line(text, record), source.Size))], []),
            _ => Delimited(file, source, text),
        };
    }

    private static byte[] Line(RecordText text, int record) => [.. Joined(text.Tokens(record), (byte)' ')];

    private static IEnumerable<byte> Joined(IEnumerable<byte[]> parts, byte separator) => parts.SelectMany((part, index) => index == 0 ? part : (byte[])[separator, .. part]);

    private static byte[] Lines(FilePlan file, IReadOnlyList<byte[]> lines)
    {
        var bytes = new List<byte>();
        if (file.HasMark) bytes.AddRange([0xEF, 0xBB, 0xBF]);
        for (var i = 0; i < lines.Count; i++)
        {
            bytes.AddRange(lines[i]);
            if (file.EndsOpen && i == lines.Count - 1) break;
            if (file.Ends == LineEnds.Windows || (file.Ends == LineEnds.Mixed && i % 3 == 1)) bytes.Add((byte)'\r');
            bytes.Add((byte)'\n');
        }
        return [.. bytes];
    }

    private static byte[] Json(FilePlan file, RecordText text, int record)
    {
        if (file.IsOdd)
            switch (record % 23)
            {
                case 3: return "{\"text\":\"broken"u8.ToArray();
                case 9: return "null"u8.ToArray();
                case 14: return "  \t "u8.ToArray();
                case 17: return "{\"text\":7}"u8.ToArray();
            }
        var note = new Note(string.Join(' ', text.Texts(record)), record * 3L);
        return JsonSerializer.SerializeToUtf8Bytes(note, record % 2 == 0 ? Relaxed : JsonSerializerOptions.Web);
    }

    private static byte[] Fixed(byte[] line, int length)
    {
        var record = new byte[length];
        record.AsSpan().Fill((byte)' ');
        line.AsSpan(0, Math.Min(length, line.Length)).CopyTo(record);
        return record;
    }

    private static FileContent Delimited(FilePlan file, SourcePlan source, RecordText text)
    {
        const int Columns = 3;
        var bytes = new List<byte>();
        var rows = new List<(long, string[])>();
        if (source.HasHeader) Row([.. Enumerable.Range(0, Columns).Select(Note.Column)]);
        foreach (var record in file.Records)
        {
            var tokens = text.Texts(record);
            // The first field is never empty, so that no row is blank.
            string[] fields = [$"r{record}", .. Enumerable.Range(0, Columns - 1).Select(column => Field(column < tokens.Count ? tokens[column] : "", record))];
            rows.Add((bytes.Count, fields));
            Row(fields);
        }
        return new FileContent([.. bytes], rows);

        string Field(string token, int record)
        {
            if (!source.AllowQuotes) return string.Concat(token.Where(character => character != source.Delimiter && character is not ('\r' or '\n' or '"')));
            return (record % 5) switch
            {
                1 => $"{token}{source.Delimiter}{token}",
                2 => $"\"{token}\"",
                3 => $"{token}\n{token}",
                _ => token,
            };
        }

        void Row(string[] fields)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(string.Join(source.Delimiter, fields.Select(Quoted))));
            bytes.AddRange(file.Ends == LineEnds.Windows ? "\r\n"u8 : "\n"u8);
        }

        string Quoted(string field) => source.AllowQuotes && (field.Length % 4 == 1 || field.Contains(source.Delimiter) || field.AsSpan().ContainsAny('"', '\r', '\n'))
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : field;
    }
}
